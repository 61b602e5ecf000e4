// Drawing the conversation: bubbles, their buttons, pictures and ticks, kept in the server's order.
import { $, el, icon, label } from "./dom.js";
import { lang, t } from "./words.js";

const clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(lang, { weekday: "long", day: "numeric", month: "numeric" });
const log = $("log");
const kinds = { photo: "photo", video: "play", voice: "mic", audio: "mic", document: "file" };

// `on`: tap(bubble, button), actions(bubble), place(), photo(sha) -> Promise of an object URL
export class Bubbles {
  constructor(on) {
    this.on = on;
  }

  clear() {
    for (const image of log.querySelectorAll("img[data-url]")) URL.revokeObjectURL(image.src);
    log.replaceChildren();
  }

  find(id) {
    return log.querySelector(`[data-id="${CSS.escape(String(id))}"]`);
  }

  own(client) {
    return log.querySelector(`[data-client="${CSS.escape(client)}"]`);
  }

  last() {
    const all = log.querySelectorAll(".row:not(.mine)");
    return all[all.length - 1];
  }

  // `message`: {id, client, mine, at, state, body: {text, buttons, photos, alt, ask, author, files, previews, location, reply_to}}
  show(message) {
    const row = el("div", { class: `row${message.mine ? " mine" : ""}`, "data-at": message.at });
    if (message.id) row.dataset.id = message.id;
    if (message.client) row.dataset.client = message.client;
    row.message = { state: "sent", ...message };
    this.fill(row);
    this.place(row, message.id);
    this.tidy();
    return row;
  }

  // A later answer goes below; a letter fetched late goes where its number belongs.
  place(row, id) {
    const number = Number(id);
    const later = number ? [...log.querySelectorAll(".row[data-id]")].find((other) => Number(other.dataset.id) > number) : null;
    if (later) log.insertBefore(row, later);
    else log.append(row);
  }

  fill(row) {
    const { body, mine, at, state } = row.message;
    const bubble = el("div", { class: `bubble${body.tapped ? " tapped" : ""}` });
    if (body.author && !mine) bubble.append(el("b", { class: "author", text: body.author, dir: "auto" }));
    if (body.reply_to) bubble.append(this.quoted(body.reply_to));
    this.pictures(bubble, body);
    const step = stepOf(body);
    if (step) bubble.append(progress(...step));
    if (body.text) bubble.append(el("p", { class: "text", dir: "auto", text: body.text }));
    const foot = el("span", { class: "foot" });
    if (body.edited) foot.append(el("span", { text: t("edited") }));
    foot.append(el("time", { datetime: at, text: clock.format(new Date(at)) }));
    if (mine) foot.append(tick(state));
    bubble.append(foot);
    const more = el("button", { class: "more", type: "button", "aria-haspopup": "dialog", onclick: () => this.on.actions(row) }, icon("menu"));
    label(more, t("reply"));
    row.replaceChildren(el("div", { class: "side" }, bubble, more));
    if (row.message.trouble) row.append(el("p", { class: "trouble", role: "alert", text: row.message.trouble }));
    const choices = this.choices(row, body);
    if (choices) row.append(choices);
    bubble.oncontextmenu = (event) => {
      if (getSelection().isCollapsed) (event.preventDefault(), this.on.actions(row));
    };
  }

  quoted(id) {
    const other = this.find(id) || this.own(String(id));
    const words = other ? other.message.body.text || t("photoOne") : "…";
    const jump = () => other && other.scrollIntoView({ block: "center", behavior: "smooth" });
    return el("button", { class: "quoted", type: "button", text: words.slice(0, 90), onclick: jump });
  }

  pictures(bubble, body) {
    const shown = [...(body.photos || []).map((sha) => ({ sha })), ...(body.previews || []).map((url) => ({ url }))];
    if (shown.length) {
      const grid = el("div", { class: `pictures n${Math.min(shown.length, 4)}${body.alt ? " whole" : ""}` });
      for (const picture of shown) grid.append(this.picture(picture, body.alt || t("photoAlt")));
      bubble.append(grid);
    }
    const previews = (body.previews || []).length;
    const photos = (body.files || []).filter((file) => file.kind === "photo");
    for (const file of [...photos.slice(previews), ...(body.files || []).filter((file) => file.kind !== "photo")]) {
      const name = file.name && file.kind === "document" ? file.name : t(`${file.kind}One`);
      bubble.append(el("p", { class: "file" }, icon(kinds[file.kind] || "file"), el("span", { text: name, dir: "auto" })));
    }
    if (body.location) bubble.append(el("p", { class: "file" }, icon("pin"), el("span", { text: t("placeOne") })));
  }

  picture({ sha, url }, alt) {
    const image = el("img", { alt, decoding: "async" });
    const open = el("button", { class: "picture", type: "button", onclick: () => image.src && enlarge(image.src, alt) }, image);
    if (url) image.src = url;
    else {
      this.on.photo(sha).then((found) => {
        image.dataset.url = "1";
        image.src = found;
      }, () => open.replaceWith(el("p", { class: "file" }, icon("photo"), el("span", { text: t("photoLost") }))));
    }
    return open;
  }

  choices(row, body) {
    const lines = (body.buttons || []).map((line) => line.map((button) => this.button(row, button)));
    if (body.ask === "location" && "geolocation" in navigator) {
      lines.push([el("button", { class: "choice", type: "button", onclick: () => this.on.place() }, icon("pin"), el("span", { text: t("place") }))]);
    }
    if (!lines.length) return null;
    const box = el("div", { class: "choices", role: "group" });
    for (const line of lines) {
      const small = line.length > 1 || line.every((node) => node.classList.contains("control"));
      box.append(el("div", { class: small ? "line many" : "line" }, ...line));
    }
    return box;
  }

  button(row, button) {
    const style = `choice${button.control ? " control" : ""}${button.style ? ` ${button.style}` : ""}`;
    const node = el("button", { class: style, type: "button" }, el("span", { text: button.label, dir: "auto" }));
    node.addEventListener("click", () => {
      if (Date.now() < (row.message.busy || 0)) return; // a double tap is one tap
      row.message.busy = Date.now() + 1200;
      node.classList.add("pressed");
      row.message.pressed = true;
      this.on.tap(row, button);
    });
    return node;
  }

  // The server rewrote a bubble; `order` is the id of the change, so an older one never wins.
  change(row, body, order) {
    if ((row.message.changed || 0) > order) return;
    row.message.changed = order;
    row.message.pressed = false;
    row.message.busy = Date.now() + 400; // the second half of a double tap must not answer the next question
    row.message.body = { ...row.message.body, alt: "", photos: [], buttons: [], ask: "", ...body };
    const focused = row.contains(document.activeElement);
    this.fill(row);
    if (focused) row.querySelector("button.choice, button.more")?.focus({ preventScroll: true });
    this.tidy();
  }

  preview(row, urls) {
    row.message.body = { ...row.message.body, previews: urls };
    this.fill(row);
  }

  state(client, state, trouble = "") {
    const row = this.own(client);
    if (!row) return;
    Object.assign(row.message, { state, trouble });
    if (trouble) return this.fill(row);
    row.querySelector(".tick")?.replaceWith(tick(state));
  }

  remove(row) {
    row.remove();
    this.tidy();
  }

  // A pressed button shows as a bubble only until it is answered: the answer says what was chosen. Of several that wait
  // for the network the first is the one being answered.
  answered() {
    const own = [...log.querySelectorAll(".row.mine")];
    const first = own.find((row) => row.message.state === "queued");
    for (const row of own) if (row.message.body.tapped && (row.message.state !== "queued" || row === first)) row.remove();
  }

  // Days between bubbles; a look of age on buttons the person has already gone past. They still work: the server decides.
  tidy() {
    let shown = "";
    let past = false; // the person has written below this row, and that was answered
    let answered = false;
    for (const old of log.querySelectorAll(".day")) old.remove();
    const rows = [...log.querySelectorAll(".row")];
    for (const row of rows) {
      const name = dayName(row.dataset.at);
      if (name !== shown) row.before(el("p", { class: "day" }, el("span", { text: name })));
      shown = name;
    }
    for (const row of rows.reverse()) {
      row.classList.toggle("stale", answered && (past || Boolean(row.message.pressed)));
      if (row.classList.contains("mine")) past = past || answered;
      else answered = true;
    }
  }
}

// "3/10" of an interview's question; a date in a card is none.
function stepOf(body) {
  const asks = (body.buttons || []).some((line) => line.some((button) => button.data.startsWith("q:")));
  const found = asks && /(?:^|[\s(·])([1-9]\d?)\/([1-9]\d?)\)?(?:[\s.:·–—-]|$)/mu.exec(body.text || "");
  if (!found || Number(found[1]) > Number(found[2]) || Number(found[2]) < 3) return null;
  return [Number(found[1]), Number(found[2])];
}

function progress(now, all) {
  const bar = el("div", { class: "progress", role: "img", "aria-label": `${now}/${all}` });
  for (let i = 1; i <= all; i += 1) bar.append(el("i", { class: i < now ? "done" : i === now ? "now" : "" }));
  return bar;
}

function tick(state) {
  const name = { queued: "clock", sent: "check", failed: "warn" }[state];
  const node = el("span", { class: `tick ${state}`, role: "img" }, icon(name));
  label(node, t(state));
  return node;
}

function dayName(at) {
  const then = new Date(at);
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  if (then >= midnight) return t("today");
  if (then >= new Date(midnight.getTime() - 86400000)) return t("yesterday");
  return day.format(then);
}

function enlarge(url, alt) {
  const dialog = $("light");
  const close = el("button", { class: "round", type: "button", onclick: () => dialog.close() }, icon("close"));
  label(close, t("close"));
  dialog.replaceChildren(el("img", { src: url, alt }), close);
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  dialog.showModal();
}
