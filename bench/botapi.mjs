// A Bot API server just big enough for the benchmark: it numbers messages, remembers what each private chat shows last,
// and answers the way Telegram does, so that both bots parse answers of the usual size. Loopback only.

import http from "node:http";

const BOT = { id: 7000000001, is_bot: true, first_name: "Bench", username: "bench_bot" };
const HEAD = { "Content-Type": "application/json" };

export class BotApi {
  constructor() {
    this.chats = new Map(); // chat id -> {message_id, text, buttons, markup}: what the person sees last
    this.waiting = new Map(); // chat id -> function to call when something new is shown there
    this.calls = 0;
    this.refused = 0;
    this.number = 0;
    this.server = http.createServer((request, response) => this.take(request, response));
    this.server.keepAliveTimeout = 60_000;
  }

  listen() {
    return new Promise((ready) => this.server.listen(0, "127.0.0.1", () => ready(this.server.address().port)));
  }

  take(request, response) {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      this.calls += 1;
      const method = request.url.slice(request.url.lastIndexOf("/") + 1);
      const body = Buffer.concat(parts).toString();
      const result = this.perform(method, parameters(body, request.headers["content-type"] ?? ""));
      const answer = JSON.stringify(result === undefined ? this.refuse(method) : { ok: true, result });
      response.writeHead(result === undefined ? 400 : 200, HEAD);
      response.end(answer);
    });
  }

  refuse(method) {
    this.refused += 1;
    return { ok: false, error_code: 400, description: `Bad Request: ${method} is not part of the benchmark` };
  }

  // Also used for a method that comes inside the answer to a webhook.
  perform(method, given) {
    if (method === "sendMessage") return this.show(Number(given.chat_id), (this.number += 1), given, true);
    if (method === "editMessageText") return this.show(Number(given.chat_id), Number(given.message_id), given, false);
    if (method === "getMe") return { ...BOT, can_join_groups: true, can_read_all_group_messages: false, supports_inline_queries: false };
    if (/^(answerCallbackQuery|set[A-Z]\w+|delete[A-Z]\w+)$/.test(method)) return true;
    return undefined;
  }

  show(chat, message_id, given, fresh) {
    const markup = typeof given.reply_markup === "string" ? JSON.parse(given.reply_markup) : given.reply_markup;
    const buttons = (markup?.inline_keyboard ?? []).flat().map((button) => button.callback_data);
    const message = { message_id, text: given.text, buttons, markup: markup?.inline_keyboard ? markup : undefined };
    this.chats.set(chat, message);
    const told = this.waiting.get(chat);
    if (told) {
      this.waiting.delete(chat);
      told();
    }
    const date = Math.floor(Date.now() / 1000);
    const shown = { message_id, from: BOT, chat: { id: chat, type: "private", first_name: "Bench" }, date, text: given.text };
    if (!fresh) shown.edit_date = date;
    if (message.markup) shown.reply_markup = message.markup;
    return shown;
  }

  // Resolves when the chat shows something else than `before`; false after `ms`.
  changed(chat, before, ms) {
    if (this.chats.get(chat) !== before) return Promise.resolve(true);
    return new Promise((done) => {
      const late = setTimeout(() => {
        this.waiting.delete(chat);
        done(false);
      }, ms);
      this.waiting.set(chat, () => {
        clearTimeout(late);
        done(true);
      });
    });
  }
}

function parameters(body, type) {
  if (!body) return {};
  if (type.startsWith("application/json")) return JSON.parse(body);
  if (type.startsWith("application/x-www-form-urlencoded")) return Object.fromEntries(new URLSearchParams(body));
  return Object.fromEntries(multipart(body));
}

// aiogram sends forms in parts; every part here is a short text.
function multipart(body) {
  const mark = body.slice(0, body.indexOf("\r\n"));
  return body
    .split(mark)
    .map((part) => /name="([^"]+)"[^]*?\r\n\r\n([^]*)\r\n$/.exec(part))
    .filter(Boolean)
    .map((found) => [found[1], found[2]]);
}
