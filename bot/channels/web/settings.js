// What can be done to a bubble, and the few settings of the page.
import { ask } from "./dom.js";
import { forget, phone } from "./door.js";
import { forgetBox, messages } from "./store.js";
import { keep, lang, recall, t } from "./words.js";

export function applySize() {
  document.documentElement.classList.toggle("big", Boolean(recall("danvan.big")));
}

export async function bubbleMenu(row, composer) {
  const { body, mine, client } = row.message;
  const choices = [["reply", t("reply"), "primary"]];
  if (mine && client && body.text && !body.tapped) choices.push(["edit", t("editOwn")]);
  if (body.text && navigator.clipboard) choices.push(["copy", t("copy")]);
  const chosen = await ask((body.text || t("photoOne")).slice(0, 140), [...choices, ["", t("cancel")]]);
  if (chosen === "reply") composer.quote(row);
  if (chosen === "edit") composer.quote(row, true);
  if (chosen === "copy") navigator.clipboard.writeText(body.text).catch(() => {});
}

export async function settings(api, box, user) {
  const big = recall("danvan.big");
  const choices = [["size", t(big ? "normal" : "bigger")], ["lang", t("other")]];
  if (!phone) choices.push(["leave", t("leave"), "danger"]);
  const chosen = await ask(t("menu"), [...choices, ["", t("close")]]);
  if (chosen === "size") {
    keep("danvan.big", big ? null : "1");
    applySize();
  }
  if (chosen === "lang") switchLanguage();
  if (chosen === "leave") await leave(api, box, user);
}

function switchLanguage() {
  const other = lang === "vi" ? "en" : "vi";
  keep("danvan.lang", other);
  const url = new URL(location.href);
  if (url.searchParams.has("lang")) url.searchParams.set("lang", other);
  location.replace(url);
}

async function leave(api, box, user) {
  const waiting = await messages(box);
  const words = waiting.length ? `${t("leaveUnsent")}\n${t("leaveAsk")}` : t("leaveAsk");
  if ((await ask(words, [["yes", t("leave"), "danger"], ["", t("cancel")]])) !== "yes") return;
  await api.call("POST", "/web/leave", {}).catch(() => {});
  await forgetBox(box, user);
  forget();
  location.replace("/chat");
}
