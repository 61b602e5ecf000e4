// The line at the bottom: words, files with a preview, a quote, a voice recording, a place.
import { $, el, icon, label, newId, toast } from "./dom.js";
import { shrink } from "./files.js";
import { Recorder } from "./voice.js";
import { t } from "./words.js";

const MOST = 20;
const text = $("text");

// `on`: send({text, files, reply_to, edit}), place()
export class Composer {
  constructor(on, limit) {
    Object.assign(this, { on, limit, files: [], reply: null, edit: null });
    this.touch = matchMedia("(pointer: coarse)").matches;
    this.recorder = new Recorder((blob) => this.add([blob], "voice"));
    this.words();
    this.listen();
    this.refresh();
  }

  words() {
    label($("attach"), t("attach"));
    label($("send"), t("send"));
    label($("mic"), t("voice"));
    for (const button of $("sheet").querySelectorAll("[data-pick]")) button.lastElementChild.textContent = t(button.dataset.pick);
    $("sheet").querySelector("[data-pick=place]").hidden = !("geolocation" in navigator && isSecureContext);
    label($("quote").querySelector("button"), t("cancel"));
  }

  listen() {
    $("composer").addEventListener("submit", (event) => (event.preventDefault(), this.submit()));
    text.addEventListener("input", () => this.refresh());
    text.addEventListener("keydown", (event) => this.key(event));
    text.addEventListener("paste", (event) => this.take(event, event.clipboardData));
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => (event.preventDefault(), this.take(event, event.dataTransfer)));
    $("attach").addEventListener("click", () => this.sheet($("sheet").hidden));
    $("mic").addEventListener("click", () => (this.sheet(false), this.recorder.start()));
    $("quote").querySelector("button").addEventListener("click", () => this.quote(null));
    for (const button of $("sheet").querySelectorAll("[data-pick]")) {
      button.addEventListener("click", () => {
        this.sheet(false);
        if (button.dataset.pick === "place") this.on.place();
        else $(`pick-${button.dataset.pick}`).click();
      });
    }
    for (const name of ["photo", "camera", "document"]) {
      $(`pick-${name}`).addEventListener("change", (event) => {
        this.add([...event.target.files], name === "document" ? "document" : "");
        event.target.value = "";
      });
    }
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.escape());
    document.addEventListener("click", (event) => !$("composer").contains(event.target) && this.sheet(false));
  }

  key(event) {
    // On a phone Enter makes a new line; there the arrow sends. `isComposing`: Telex and VNI are still making a letter.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || this.touch) return;
    event.preventDefault();
    this.submit();
  }

  escape() {
    this.sheet(false);
    this.quote(null);
  }

  sheet(open) {
    $("sheet").hidden = !open;
    $("attach").setAttribute("aria-expanded", String(open));
    if (open) $("sheet").querySelector("button:not([hidden])").focus({ preventScroll: true });
  }

  take(event, data) {
    if (!data || !data.files.length) return;
    event.preventDefault();
    this.add([...data.files], "");
  }

  async add(files, kind) {
    for (const file of files) {
      if (this.files.length >= MOST) return toast(t("tooMany"), true);
      const small = await shrink(file);
      if (small.size > this.limit) {
        toast(t("tooBig"), true);
        continue;
      }
      const url = URL.createObjectURL(small);
      this.files.push({ name: newId(), blob: small, label: file.name || "", kind: kind || kindOf(file), url });
    }
    this.refresh();
    text.focus({ preventScroll: true });
  }

  quote(row, edit = false) {
    if (this.edit) text.value = this.aside; // what was being written before the correction
    this.aside = text.value;
    this.reply = row && !edit ? row : null;
    this.edit = row && edit ? row : null;
    const box = $("quote");
    box.hidden = !row;
    if (row) {
      box.querySelector("b").textContent = t(edit ? "editing" : "replyTo");
      box.querySelector("span").textContent = (row.message.body.text || t("photoOne")).slice(0, 120);
      if (edit) text.value = row.message.body.text;
      text.focus();
    }
    this.refresh();
  }

  async submit() {
    const words = text.value.trim();
    if (!words && !this.files.length) return text.focus();
    if (words.length > 100000) return toast(t("longText"), true);
    const message = { text: words, files: this.files, reply: this.reply, edit: this.edit };
    const before = text.value;
    text.value = "";
    this.files = [];
    this.quote(null);
    try {
      await this.on.send(message);
    } catch {
      text.value = before; // the device could not keep it: nothing is lost that was typed
      this.files = message.files;
      toast(t("noRoom"), true);
    }
    this.refresh();
    text.focus({ preventScroll: true });
  }

  group(isGroup) {
    this.base = t(isGroup ? "writeGroup" : "write");
    this.refresh();
  }

  refresh() {
    const something = text.value.trim() || this.files.length;
    $("mic").hidden = Boolean(something) || !this.recorder.can || Boolean(this.edit);
    $("send").hidden = !$("mic").hidden;
    text.placeholder = this.files.length ? t("caption") : this.base || t("write");
    text.setAttribute("aria-label", text.placeholder);
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 180)}px`;
    this.tray();
  }

  tray() {
    const tray = $("tray");
    tray.hidden = !this.files.length;
    tray.replaceChildren(...this.files.map((file) => this.thumb(file)));
  }

  thumb(file) {
    const drop = el("button", { class: "round small drop", type: "button", onclick: () => {
      this.files = this.files.filter((other) => other !== file);
      URL.revokeObjectURL(file.url);
      this.refresh();
    } }, icon("close"));
    label(drop, t("remove"));
    const sound = file.kind === "voice" || file.kind === "audio";
    const look = file.kind === "photo" ? el("img", { src: file.url, alt: file.label || t("photoOne") })
      : sound ? el("audio", { src: file.url, controls: true, preload: "metadata" })
      : el("span", { class: "doc" }, icon(file.kind === "video" ? "play" : "file"), el("span", { text: file.label || t(`${file.kind}One`) }));
    return el("div", { class: `thumb ${sound ? "sound" : file.kind}`, role: "listitem" }, look, drop);
  }
}

function kindOf(file) {
  const [family] = (file.type || "").split("/");
  return { image: "photo", video: "video", audio: "audio" }[family] || "document";
}
