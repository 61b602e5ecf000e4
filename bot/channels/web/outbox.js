// Messages go up one after another, each until it is acknowledged, under the id it was given when it was written.
import { HttpError } from "./net.js";
import { dropFile, dropMessage, getFile, messages, putMessage } from "./store.js";

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Outbox {
  // `on`: sent(message), failed(message, words), ended()
  constructor(api, box, page, on) {
    Object.assign(this, { api, box, page, on, running: false, again: false, tries: 0, wake: null });
    this.uploading = new Set();
  }

  async add(message) {
    await putMessage({ ...message, box: this.box });
    this.pump();
  }

  nudge() {
    this.tries = 0;
    if (this.wake) this.wake();
    this.pump();
  }

  async pump() {
    this.again = true;
    if (this.running) return;
    this.running = true;
    try {
      while (this.again) {
        this.again = false;
        // Two tabs of one account take turns, so that the order holds.
        if (navigator.locks) await navigator.locks.request(`danvan-${this.box}`, () => this.drain());
        else await this.drain();
      }
    } finally {
      this.running = false;
    }
  }

  async drain() {
    for (;;) {
      const [first] = await messages(this.box);
      if (!first) return;
      try {
        await this.api.call("POST", "/web/send", { ...first.payload, page: this.page });
        await dropMessage(first.seq);
        this.tries = 0;
        this.on.sent(first);
      } catch (error) {
        if (error instanceof HttpError && error.status === 401) return this.on.ended();
        if (error instanceof HttpError && error.status < 500 && error.status !== 429 && error.status !== 408) {
          await dropMessage(first.seq);
          for (const ref of first.refs || []) await dropFile(ref);
          this.on.failed(first, error.say);
          continue;
        }
        this.tries += 1;
        const pause = Math.min(30000, 700 * 2 ** Math.min(this.tries, 6)) * (0.7 + Math.random() * 0.6);
        await Promise.race([wait(pause), new Promise((resolve) => (this.wake = resolve))]);
      }
    }
  }

  // The server wants a file: its report has been settled.
  async upload(ref) {
    if (this.uploading.has(ref)) return;
    this.uploading.add(ref);
    try {
      const blob = await getFile(ref);
      const seconds = blob ? 60 + blob.size / 4000 : 30;
      await this.api.call(blob ? "PUT" : "DELETE", `/web/file/${ref}`, blob, seconds);
      await dropFile(ref);
    } catch (error) {
      // Not wanted any more, or too big: the copy is of no use. Otherwise the server asks again.
      if (error instanceof HttpError && [409, 413].includes(error.status)) await dropFile(ref);
    } finally {
      this.uploading.delete(ref);
    }
  }
}
