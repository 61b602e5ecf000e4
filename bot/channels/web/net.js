// Talking to the server: one call at a time with the bearer token, and the stream of events with its fallback.
import { lang } from "./words.js";

export class HttpError extends Error {
  constructor(status, body) {
    super(`${status}`);
    this.status = status;
    this.code = (body && body.error) || "";
    this.say = (body && body.say) || "";
  }
}

export class Api {
  constructor(token) {
    this.token = token;
  }

  headers(extra = {}) {
    return { Authorization: `Bearer ${this.token}`, "X-Lang": lang, ...extra };
  }

  // JSON in, JSON out. Throws HttpError, or TypeError/AbortError when the network is away.
  async call(method, path, body, seconds = 30) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), seconds * 1000);
    const blob = body instanceof Blob;
    try {
      const response = await fetch(path, {
        method,
        headers: this.headers(body && !blob ? { "Content-Type": "application/json" } : {}),
        body: body && !blob ? JSON.stringify(body) : body,
        signal: abort.signal,
        credentials: "omit",
        cache: "no-store",
      });
      const answer = await response.json().catch(() => null);
      if (!response.ok) throw new HttpError(response.status, answer);
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }

  async photo(sha) {
    const response = await fetch(`/web/photo/${sha}`, { headers: this.headers(), credentials: "omit" });
    if (!response.ok) throw new HttpError(response.status, null);
    return response.blob();
  }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const SILENCE = 50000; // the server beats every 20 s
const FIRST = 8000; // no greeting by then: something on the way holds streams back, so ask by long poll

// Keeps listening for ever. `on`: query() -> string, event(e), up(), down(), ended(), confirm() -> Promise.
export class Stream {
  constructor(api, on) {
    this.api = api;
    this.on = on;
    this.polling = typeof ReadableStream === "undefined";
    this.tries = 0;
    this.wake = null;
  }

  // Try again at once: the page is looked at again.
  nudge() {
    this.tries = 0;
    if (this.wake) this.wake();
  }

  // The network came or went: an open connection may be dead without knowing.
  restart() {
    this.again = true;
    if (this.abort) this.abort.abort();
    this.nudge();
  }

  async run() {
    for (;;) {
      try {
        await this.on.confirm();
        if (this.polling) await this.poll();
        else await this.listen();
        this.tries = 0;
      } catch (error) {
        if (error instanceof HttpError && error.status === 401) return this.on.ended();
        this.on.down();
        if (this.again) {
          this.again = false;
          continue;
        }
        this.tries += 1;
        const pause = Math.min(20000, 500 * 2 ** Math.min(this.tries, 6)) * (0.7 + Math.random() * 0.6);
        await Promise.race([wait(pause), new Promise((resolve) => (this.wake = resolve))]);
      }
    }
  }

  async poll() {
    const answer = await this.api.call("GET", `/web/events?poll=1&${this.on.query()}`, undefined, 40);
    this.on.up();
    for (const event of answer.events) this.on.event(event);
  }

  async listen() {
    this.abort = new AbortController();
    let greeted = false;
    let timer = setTimeout(() => this.abort.abort(), FIRST);
    try {
      const options = { headers: this.api.headers(), signal: this.abort.signal, credentials: "omit", cache: "no-store" };
      const response = await fetch(`/web/events?${this.on.query()}`, options);
      if (!response.ok) throw new HttpError(response.status, await response.json().catch(() => null));
      if (!response.body) {
        this.polling = true;
        return;
      }
      clearTimeout(timer);
      const held = setTimeout(() => !greeted && ((this.polling = true), this.abort.abort()), FIRST);
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      let rest = "";
      for (;;) {
        timer = setTimeout(() => this.abort.abort(), SILENCE);
        const { value, done } = await reader.read();
        clearTimeout(timer);
        if (done) break;
        rest += decoder.decode(value, { stream: true });
        const frames = rest.split("\n\n");
        rest = frames.pop();
        for (const frame of frames) {
          if (!frame.startsWith("data: ")) continue;
          const event = JSON.parse(frame.slice(6));
          if (!greeted) {
            greeted = true;
            clearTimeout(held);
            this.tries = 0;
            this.on.up();
          }
          if (event.kind !== "hello") this.on.event(event);
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }
}
