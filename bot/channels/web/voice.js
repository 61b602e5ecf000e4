// A voice recording: tap to begin, tap to stop and listen, then send or discard.
import { $, toast } from "./dom.js";
import { t } from "./words.js";

const LONGEST = 10 * 60;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

export class Recorder {
  constructor(done) {
    this.done = done;
    this.can = Boolean(isSecureContext && window.MediaRecorder && navigator.mediaDevices && navigator.mediaDevices.getUserMedia);
    const bar = $("recorder");
    bar.querySelector("[data-do=drop]").textContent = t("retake");
    bar.querySelector("[data-do=stop]").textContent = t("stop");
    bar.querySelector("[data-do=drop]").addEventListener("click", () => this.finish(false));
    bar.querySelector("[data-do=stop]").addEventListener("click", () => this.finish(true));
  }

  async start() {
    if (this.media) return;
    try {
      this.sound = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      return toast(t("noVoice"), true);
    }
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    this.media = new MediaRecorder(this.sound, { mimeType, audioBitsPerSecond: 32000 });
    const parts = [];
    this.media.ondataavailable = (event) => event.data.size && parts.push(event.data);
    this.media.onstop = () => {
      const type = (this.media.mimeType || "audio/webm").split(";")[0];
      this.media = null;
      if (this.wanted && parts.length) this.done(new Blob(parts, { type }));
    };
    this.media.start(1000);
    this.show(Date.now());
  }

  show(since) {
    $("recorder").hidden = false;
    $("line").hidden = true;
    $("recorder").querySelector(".said").textContent = t("recording");
    const time = $("recorder").querySelector("time");
    const tick = () => {
      const seconds = Math.floor((Date.now() - since) / 1000);
      time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      if (seconds >= LONGEST) this.finish(true);
    };
    tick();
    this.timer = setInterval(tick, 500);
    $("recorder").querySelector("[data-do=stop]").focus();
  }

  finish(wanted) {
    clearInterval(this.timer);
    this.wanted = wanted;
    if (this.media) this.media.stop();
    if (this.sound) for (const track of this.sound.getTracks()) track.stop();
    $("recorder").hidden = true;
    $("line").hidden = false;
  }
}
