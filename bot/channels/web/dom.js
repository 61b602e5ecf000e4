// Small helpers. Text only ever enters the page through textContent, so nothing a person types can become markup.
export const $ = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false || value === null) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export function label(node, words) {
  node.setAttribute("aria-label", words);
  node.title = words;
}

// getRandomValues works on plain http as well, randomUUID does not.
export function random(bytes) {
  const raw = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...raw)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

export function toast(words, urgent = false) {
  const node = el("div", { class: urgent ? "toast urgent" : "toast", text: words });
  $("toasts").append(node);
  setTimeout(() => node.remove(), 5000 + words.length * 40);
}

// A modal question or notice; resolves with the chosen value, or "" when dismissed.
export function ask(words, choices) {
  const dialog = $("dialog");
  return new Promise((resolve) => {
    const buttons = choices.map(([value, name, style]) =>
      el("button", { class: `choice ${style || ""}`, type: "button", text: name, onclick: () => dialog.close(value) }));
    dialog.replaceChildren(el("p", { text: words }), el("div", { class: "stack" }, ...buttons));
    dialog.returnValue = "";
    dialog.onclose = () => resolve(dialog.returnValue);
    dialog.onclick = (event) => event.target === dialog && dialog.close("");
    if (dialog.open) dialog.close("");
    dialog.showModal();
  });
}
