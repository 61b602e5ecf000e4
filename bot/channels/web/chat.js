// The page of one account (in the demo: of one phone): which chat is shown, what came, what goes.
import { Bubbles } from "./bubbles.js";
import { Composer } from "./composer.js";
import { $, ask, el, label, newId, toast } from "./dom.js";
import { arrive, ended, phone } from "./door.js";
import { HttpError, Stream } from "./net.js";
import { Outbox } from "./outbox.js";
import { bottom, near, place } from "./scroll.js";
import { applySize, bubbleMenu, settings } from "./settings.js";
import { getFile, messages, putFile, sweep } from "./store.js";
import { loadWords, t } from "./words.js";

const page = newId().slice(0, 12);
// `have`: ids of what the server does not store and this page has; `confirm`: rows to tell the server of.
const state = { user: "", chats: [], chat: "", after: 0, known: new Set(), have: [], fleeting: new Map(), confirm: new Set() };
let api, stream, outbox, bubbles, composer, typingTimer;

await loadWords();
document.title = t("assistant");
applySize();
if ("serviceWorker" in navigator && window === top) navigator.serviceWorker.register("/sw.js").catch(() => {});
arrive(begin);

async function begin(open, hello) {
  api = open;
  Object.assign(state, { user: hello.user, chats: hello.chats, chat: hello.chats[0].id });
  bubbles = new Bubbles({ tap, actions: (row) => bubbleMenu(row, composer), place: sendPlace, photo });
  composer = new Composer({ send, place: sendPlace }, hello.limit);
  const box = phone || state.user;
  outbox = new Outbox(api, box, page, { sent, failed, ended });
  stream = new Stream(api, { query, event: receive, confirm, up: () => up(true), down: () => up(false), ended });
  furniture();
  await showChat(state.chat);
  outbox.pump();
  sweep().catch(() => {});
  stream.run();
}

function furniture() {
  label($("menu"), t("menu"));
  label($("newest"), t("newest"));
  $("log").setAttribute("aria-label", t("log"));
  $("tabs").setAttribute("aria-label", t("chats"));
  $("typing").querySelector(".away").textContent = t("typing");
  $("menu").onclick = () => settings(api, outbox.box, state.user);
  $("newest").onclick = () => bottom(true, true);
  $("scroll").addEventListener("scroll", () => ($("newest").hidden = near()), { passive: true });
  addEventListener("online", () => (outbox.nudge(), stream.restart()));
  addEventListener("offline", () => (up(false), stream.restart()));
  document.addEventListener("visibilitychange", () => !document.hidden && (outbox.nudge(), stream.nudge(), unread(0)));
  new ResizeObserver(() => place.stick && bottom()).observe($("scroll"));
  new ResizeObserver(() => place.stick && bottom()).observe($("log"));
}

function tabs() {
  const many = state.chats.length > 1;
  $("tabs").hidden = !many;
  $("tabs").replaceChildren(...state.chats.map((chat) =>
    el("button", {
      type: "button",
      class: chat.news ? "news" : "",
      "aria-current": chat.id === state.chat ? "true" : undefined,
      onclick: () => chat.id !== state.chat && showChat(chat.id),
      text: chat.title || title(chat.id),
    })));
  const chat = state.chats.find((one) => one.id === state.chat);
  $("name").textContent = chat && chat.title ? chat.title : state.chat.startsWith("g:") ? title(state.chat) : t("assistant");
}

function title(chat) {
  return chat.startsWith("g:") ? `${t("group")} ${chat.slice(2)}` : t("private");
}

async function showChat(chat) {
  state.chat = chat;
  const entry = state.chats.find((one) => one.id === chat);
  if (entry) entry.news = false;
  composer.group(chat.startsWith("g:"));
  tabs();
  bubbles.clear();
  state.known = new Set([...state.known].filter((id) => typeof id === "string"));
  place.stick = true;
  try {
    const past = await api.call("GET", `/web/history?chat=${encodeURIComponent(chat)}`);
    if (state.chat !== chat) return;
    for (const event of past.events) draw(event);
    state.after = Math.max(state.after, past.newest);
    for (const event of state.fleeting.values()) if (event.chat === chat) draw(event, true);
  } catch (error) {
    if (error instanceof HttpError && error.status === 401) return ended();
    state.missed = chat; // read when the network is back
  }
  for (const message of await messages(outbox.box)) if (message.payload.chat === chat) await drawOwn(message);
  emptiness();
  bottom(true);
}

// Down

function query() {
  const chats = state.chats.map((chat) => `chat=${encodeURIComponent(chat.id)}`).join("&");
  return `after=${state.after}&page=${page}&have=${state.have.slice(-40).join(",")}&${chats}`;
}

async function confirm() {
  const ids = [...state.confirm].slice(0, 500);
  if (!ids.length) return;
  await api.call("POST", "/web/got", { ids, chats: state.chats.map((chat) => chat.id) });
  for (const id of ids) state.confirm.delete(id);
}

let confirming;
function confirmSoon() {
  clearTimeout(confirming);
  confirming = setTimeout(() => confirm().catch(() => {}), 120);
}

function receive(event) {
  if (event.kind === "want") {
    outbox.upload(event.ref);
    if (!state.have.includes(event.id)) state.have.push(event.id);
    return;
  }
  if (typeof event.id === "number") {
    state.after = Math.max(state.after, event.id);
    state.confirm.add(event.id);
    confirmSoon();
  } else {
    if (event.kind !== "gone" && state.have.includes(event.id)) return;
    state.have.push(event.id);
    if (event.kind === "message") state.fleeting.set(event.id, event);
  }
  if (event.kind === "toast" && event.chat === state.chat) bubbles.answered();
  if (event.kind === "toast") return event.alert ? ask(event.text, [["ok", t("understood"), "primary"]]) : toast(event.text);
  if (event.kind === "gone") return gone(event);
  if (event.chat !== state.chat) return elsewhere(event);
  if (event.user !== state.user) bubbles.answered();
  draw(event);
  if (event.user !== state.user) {
    typing(false);
    unread(document.hidden || window !== top ? 1 : 0);
  }
}

function elsewhere(event) {
  const chat = state.chats.find((one) => one.id === event.chat);
  if (!chat || event.user === state.user) return;
  chat.news = true;
  tabs();
}

function gone(event) {
  state.fleeting.delete(event.id);
  const row = bubbles.find(event.id);
  if (row) bubbles.remove(row);
}

function draw(event, again = false) {
  if (event.kind === "edit") {
    const row = bubbles.find(event.edits);
    if (row) bubbles.change(row, event.body, event.id);
    return settle();
  }
  if (state.known.has(event.id) && !again) return;
  state.known.add(event.id);
  if (typeof event.id === "number") (state.confirm.add(event.id), confirmSoon());
  const here = event.client && bubbles.own(event.client);
  if (here) {
    here.dataset.id = event.id;
    here.message.id = event.id;
    return;
  }
  if (bubbles.find(event.id)) return;
  const mine = Boolean(event.user) && event.user === state.user;
  const at = event.at || new Date().toISOString();
  const row = bubbles.show({ id: event.id, client: event.client, mine, at, state: "sent", body: event.body });
  if (mine && event.body.files) previews(event.body.files).then((urls) => urls.length && bubbles.preview(row, urls));
  settle();
}

function settle() {
  emptiness();
  if (place.stick) bottom();
  else $("newest").hidden = false;
}

function up(connected) {
  const words = connected ? t("online") : navigator.onLine ? t("connecting") : t("offline");
  $("state").textContent = connected ? t("online") : t("connecting");
  $("app").classList.toggle("away", !connected);
  $("banner").hidden = connected;
  $("banner").textContent = connected ? "" : words;
  if (connected) {
    outbox.nudge();
    if (state.missed === state.chat) (state.missed = "", showChat(state.chat));
  } else typing(false);
}

// Up

async function post(payload, extra = {}, refs = []) {
  const message = { client: newId(), at: new Date().toISOString(), refs, ...extra };
  message.payload = { id: message.client, chat: state.chat, ...payload };
  place.stick = true;
  await outbox.add(message);
  if (!payload.edit) await drawOwn(message);
  typing(!$("app").classList.contains("away"));
}

async function drawOwn(message) {
  if (bubbles.own(message.client) || message.payload.edit) return;
  const { payload } = message;
  const files = payload.attachments || [];
  const body = { text: payload.text || message.label, files, previews: await previews(files), location: payload.location, reply_to: payload.reply_to, tapped: Boolean(payload.tap) };
  bubbles.show({ client: message.client, mine: true, at: message.at, state: "queued", body });
  emptiness();
  bottom(true);
}

// The device still has its own pictures until the server has asked for them.
async function previews(files) {
  const blobs = await Promise.all(files.map((file) => (file.kind === "photo" && file.ref ? getFile(file.ref) : null)));
  return blobs.filter(Boolean).map((blob) => URL.createObjectURL(blob));
}

async function send({ text, files, reply, edit }) {
  const attachments = [];
  for (const file of files) {
    const ref = `${state.user}/${file.name}`;
    await putFile(ref, file.blob);
    attachments.push({ ref, kind: file.kind, name: file.label.slice(0, 200), mime: file.blob.type.slice(0, 100), size: file.blob.size });
  }
  const payload = { text };
  if (attachments.length) payload.attachments = attachments;
  if (attachments.length > 1) payload.album = newId();
  if (reply) payload.reply_to = reply.dataset.id || reply.dataset.client;
  if (edit) payload.edit = edit.dataset.client;
  await post(payload, {}, attachments.map((file) => file.ref));
  if (edit) {
    Object.assign(edit.message.body, { text, edited: true });
    bubbles.fill(edit);
  }
}

function tap(row, button) {
  post({ tap: button.data, message: row.dataset.id || "" }, { label: button.label }).catch(() => toast(t("noRoom"), true));
}

function sendPlace() {
  toast(t("findingPlace"));
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => post({ location: [coords.latitude, coords.longitude] }).catch(() => toast(t("noRoom"), true)),
    () => toast(t("noPlace"), true),
    { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
  );
}

function sent(message) {
  bubbles.state(message.client, "sent");
}

function failed(message, words) {
  if (message.payload.edit || !bubbles.own(message.client)) return toast(words || t("failed"), true);
  bubbles.state(message.client, "failed", words || t("failed"));
}

async function photo(sha) {
  return URL.createObjectURL(await api.photo(sha));
}

// Around

function typing(on) {
  clearTimeout(typingTimer);
  const show = on && !state.chat.startsWith("g:");
  $("typing").hidden = !show;
  if (show) typingTimer = setTimeout(() => typing(false), 8000);
  if (show && place.stick) bottom();
}

function unread(count) {
  if (window !== top) parent.postMessage({ danvan: phone, news: count }, location.origin);
  else document.title = count ? `● ${t("unread")}` : t("assistant");
}

function emptiness() {
  const none = !$("log").querySelector(".row");
  const group = state.chat.startsWith("g:");
  $("empty").hidden = !none;
  if (!none) return;
  const begins = el("button", { class: "go", type: "button", text: t("begin"), onclick: () => post({ text: "/start" }) });
  $("empty").replaceChildren(el("p", { text: t(group ? "emptyGroup" : "empty") }), ...(group ? [] : [begins]));
}
