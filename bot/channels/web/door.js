// How one comes in: by an invite link, by a session this browser has, in the demo as one of its phones.
import { $, random } from "./dom.js";
import { Api, HttpError } from "./net.js";
import { keep, recall, t } from "./words.js";

export const phone = new URLSearchParams(location.search).get("phone") || "";
const key = phone ? `danvan.token.${phone}` : "danvan.token";
const fresh = `${key}.new`;
const hello = `${key}.hello`;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let begin;

// Calls `then(api, hello)` once the person is in.
export async function arrive(then) {
  begin = then;
  const invite = (/^\/i\/([^/]+)$/.exec(location.pathname) || [])[1] || "";
  const token = recall(key);
  if (token) return open(token, invite);
  if (phone) return enterDemo();
  return closed(invite);
}

function closed(invite, words = t("noSession")) {
  if (invite) show(t("inviteText"), t("enter"), () => enter(invite));
  else show(words);
}

function show(words, button = "", go = null) {
  $("app").hidden = true;
  const door = $("door");
  door.hidden = false;
  door.querySelector("h1").textContent = t("welcome");
  door.querySelector("p").textContent = words;
  const node = door.querySelector("button");
  node.hidden = !button;
  node.textContent = button;
  node.onclick = go;
}

function inside(api, answer) {
  keep(hello, JSON.stringify(answer));
  $("door").hidden = true;
  $("app").hidden = false;
  return begin(api, answer);
}

// The token is made here and kept over a reload: when the answer is lost, asking again with it enters once, not twice.
async function enter(code) {
  const node = $("door").querySelector("button");
  const trouble = $("door").querySelector(".trouble");
  const token = recall(fresh) || random(32);
  keep(fresh, token);
  node.disabled = true;
  node.textContent = t("entering");
  trouble.textContent = "";
  try {
    await new Api(token).call("POST", "/web/enter", { code });
    keep(key, token);
    keep(fresh, null);
    history.replaceState(null, "", "/chat"); // the code leaves the address bar and the history
    await open(token);
  } catch (error) {
    trouble.textContent = (error instanceof HttpError && error.say) || t("slowServer");
  }
  node.disabled = false;
  node.textContent = t("enter");
}

async function enterDemo() {
  const token = random(32);
  for (let pause = 500; ; pause = Math.min(pause * 2, 8000)) {
    try {
      await new Api(token).call("POST", "/web/demo", { phone });
      keep(key, token);
      return open(token);
    } catch (error) {
      if (error instanceof HttpError && error.status < 500) return show(error.say || t("noSession"));
      show(t("slowServer"));
      await wait(pause);
    }
  }
}

async function open(token, invite = "") {
  const api = new Api(token);
  for (let pause = 500; ; pause = Math.min(pause * 2, 8000)) {
    try {
      const answer = await api.call("GET", `/web/hello?phone=${encodeURIComponent(phone)}`);
      if (!invite) return inside(api, answer);
      history.replaceState(null, "", "/chat");
      return show(t("already"), t("goOn"), () => inside(api, answer));
    } catch (error) {
      if (error instanceof HttpError && error.status === 401) {
        forget();
        return phone ? enterDemo() : closed(invite, t("ended"));
      }
      // No network: what waits to be sent can still be seen and added to.
      if (recall(hello)) return inside(api, JSON.parse(recall(hello)));
      show(t("slowServer"));
      await wait(pause);
    }
  }
}

export function forget() {
  keep(key, null);
  keep(hello, null);
}

// The server no longer knows the session.
export function ended() {
  forget();
  if (phone) location.reload();
  else closed("", t("ended"));
}
