// The table of cases. The link's code is spent by this script, not by whoever only looks at the address; the browser's
// own token lives in the tab alone, so closing it ends the session.

const at = (id) => document.getElementById(id);
const code = location.pathname.split("/").pop();
const token = sessionStorage.getItem("table") || fresh();
let texts = {}, lists = [], asked = { list: "open", words: "", hamlet: "", category: "", person: "", page: "0" }, turn = 0;

function fresh() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const made = btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  sessionStorage.setItem("table", made);
  return made;
}

async function call(path, options = {}) {
  const answer = await fetch(path, { ...options, headers: { Authorization: `Bearer ${token}`, ...options.headers } });
  if (!answer.ok) throw Object.assign(new Error("refused"), { status: answer.status, say: (await answer.json().catch(() => ({}))).say });
  return answer;
}

function make(tag, text = "", values = {}) {
  return Object.assign(document.createElement(tag), values, { textContent: text });
}

function say(text, big = false) {
  at("say").textContent = text;
  at("say").className = big ? "big" : "";
}

function failed(error) {
  if (error.status === 401) return end(texts.over || error.say);
  say(error.status ? error.say : texts.away || "Không có mạng. Đồng chí thử lại.");
}

function end(text) {
  for (const id of ["lists", "filters", "table", "pages", "print"]) at(id).hidden = true;
  if (at("case").open) at("case").close();
  sessionStorage.removeItem("table");
  say(text, true);
}

async function enter() {
  try {
    const answer = await call("/web/table/enter", { method: "POST", body: JSON.stringify({ code }) });
    begin(await answer.json());
  } catch (error) {
    end(error.say || "Không có mạng. Đồng chí thử lại.");
  }
}

function begin(given) {
  ({ texts, lists } = given);
  document.documentElement.lang = given.lang;
  document.title = at("title").textContent = texts.title;
  at("name").textContent = given.name;
  for (const [id, name] of [["print", "print"], ["close", "close"], ["before", "before"], ["more", "more"]]) at(id).textContent = texts[name];
  tabs(given.counts);
  filters(given);
  const head = make("tr");
  for (const name of ["code", "what", "hamlet", "category", "state", "holder", "due", "made"]) head.append(make("th", texts[name], { scope: "col" }));
  at("table").tHead.replaceChildren(head);
  at("print").hidden = at("lists").hidden = at("filters").hidden = false;
  load();
}

function tabs(counts) {
  at("lists").replaceChildren(...lists.map(([key, title]) => {
    const button = make("button", key in counts ? `${title} (${counts[key]})` : title, { type: "button" });
    button.dataset.list = key;
    button.onclick = () => ask({ list: key });
    return button;
  }));
}

function filters(given) {
  const field = (name, control) => {
    const label = make("label", texts[name]);
    control.name = name;
    control.oninput = () => { clearTimeout(turn); turn = setTimeout(() => ask({ [name]: control.value }), control.tagName === "SELECT" ? 0 : 350); };
    label.append(control);
    return label;
  };
  const choose = (rows) => {
    const found = make("select");
    found.append(new Option(texts.any, ""), ...rows.map(([value, name]) => new Option(name, value)));
    return found;
  };
  at("filters").replaceChildren(
    field("words", make("input", "", { type: "search", maxLength: 120 })),
    field("hamlet", choose(given.hamlets)),
    field("category", choose(given.categories)),
    field("person", make("input", "", { type: "search", maxLength: 80 })),
  );
  at("filters").onsubmit = (event) => event.preventDefault();
}

function ask(change) {
  asked = { ...asked, page: "0", ...change };
  load();
}

async function load() {
  for (const button of at("lists").children) {
    const chosen = button.dataset.list === asked.list;
    button.setAttribute("aria-pressed", String(chosen));
    if (chosen) button.scrollIntoView({ inline: "center", block: "nearest" });
  }
  say(texts.loading);
  const wanted = JSON.stringify(asked);
  try {
    const found = await (await call(`/web/table/rows?${new URLSearchParams(asked)}`)).json();
    if (wanted === JSON.stringify(asked)) show(found);
  } catch (error) {
    failed(error);
  }
}

function show(found) {
  const last = Math.min((found.page + 1) * found.size, found.total);
  say(found.total ? "" : texts.none);
  at("table").hidden = !found.total;
  at("table").tBodies[0].replaceChildren(...found.rows.map(row));
  at("pages").hidden = found.total <= found.size;
  at("where").textContent = `${found.page * found.size + 1}–${last} / ${found.total}`;
  at("before").disabled = !found.page;
  at("more").disabled = last >= found.total;
  at("before").onclick = () => ask({ page: String(found.page - 1) });
  at("more").onclick = () => ask({ page: String(found.page + 1) });
}

function row(it) {
  const line = make("tr");
  const cell = (name, text, kind = "") => {
    const made = make("td", text, { className: kind });
    if (["holder", "due", "made"].includes(name)) made.dataset.name = texts[name];
    line.append(made);
    return made;
  };
  cell("code", "", "code").append(make("button", it.code, { type: "button" }));
  cell("what", it.what);
  cell("hamlet", it.hamlet);
  cell("category", it.category, "small");
  cell("state", it.state);
  cell("holder", it.holder);
  cell("due", it.due, it.late ? "late" : "");
  cell("made", it.made, "small");
  line.onclick = () => open(it.id);
  return line;
}

async function open(id) {
  try {
    const it = await (await call(`/web/table/case/${id}`)).json();
    at("case-code").textContent = it.code;
    at("case-text").textContent = it.text;
    at("case-story").textContent = it.story ? `${texts.story}\n${it.story}` : "";
    at("case-act").textContent = it.act ? texts.act.replace("{code}", it.code) : "";
    at("case-photos").replaceChildren();
    at("case").showModal();
    for (const sha of it.photos) photo(sha);
  } catch (error) {
    failed(error);
  }
}

async function photo(sha) {
  try {
    const blob = await (await call(`/web/table/photo/${sha}`)).blob();
    const image = make("img", "", { alt: "", src: URL.createObjectURL(blob) });
    image.onload = () => URL.revokeObjectURL(image.src);
    at("case-photos").append(image);
  } catch { /* the words are there all the same */ }
}

at("close").onclick = () => at("case").close();
at("print").onclick = () => print();
enter();
