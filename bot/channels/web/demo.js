// Three phones of one story. Each is the ordinary page in a frame of the same origin, with an account of its own.
import { $, el, label } from "./dom.js";
import { keep, lang, loadWords, t } from "./words.js";

const phones = [["cadre", "cadre", "cadreHint"], ["official", "official", "officialHint"], ["group", "groupPhone", "groupHint"]];
let chosen = "cadre";

await loadWords();
document.title = t("demoTitle");
for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
label($("phones"), t("phones"));
$("phones").removeAttribute("title");
$("phones").append(...phones.map(([name, title, hint], index) =>
  el("section", { class: "phone", id: `phone-${name}`, "aria-label": t(title) },
    el("div", { class: "role" }, el("span", { class: "number", text: index + 1 }), el("div", {}, el("h2", { text: t(title) }), el("p", { text: t(hint) }))),
    el("div", { class: "case" }, el("iframe", { src: `/chat?phone=${name}&lang=${lang}`, title: t(title), allow: "microphone; geolocation; camera; clipboard-write" })))));
$("tabs").append(...phones.map(([name, title]) =>
  el("button", { type: "button", id: `tab-${name}`, text: t(title), onclick: () => choose(name) })));
choose(chosen);

// Narrow screens show one phone at a time; the others keep running and say when something has come.
function choose(name) {
  chosen = name;
  for (const [other] of phones) {
    $(`phone-${other}`).classList.toggle("chosen", other === name);
    $(`tab-${other}`).toggleAttribute("aria-current", other === name);
  }
  $(`tab-${name}`).classList.remove("news");
}

addEventListener("message", (event) => {
  const { danvan, news } = event.data || {};
  if (event.origin !== location.origin || !phones.some(([name]) => name === danvan)) return;
  if (news && danvan !== chosen) $(`tab-${danvan}`).classList.add("news");
});

$("summary").onclick = async () => {
  $("summary").disabled = true;
  let words = t("summaryDone");
  try {
    const response = await fetch("/web/demo/summary", { method: "POST", headers: { "X-Lang": lang } });
    if (!response.ok) throw new Error(String(response.status));
    choose("group");
  } catch {
    words = t("summaryFailed");
  }
  $("summary").disabled = false;
  $("said").textContent = words;
  $("said").hidden = false;
  setTimeout(() => ($("said").hidden = true), 5000);
};

$("lang").onclick = () => {
  const other = lang === "vi" ? "en" : "vi";
  keep("danvan.lang", other);
  location.search = `?lang=${other}`;
};
