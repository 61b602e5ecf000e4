// The page's own words, in two languages; the conversation itself comes from the server in the person's language.
const asked = new URLSearchParams(location.search).get("lang") || recall("danvan.lang") || navigator.language || "vi";
export const lang = asked.toLowerCase().startsWith("en") ? "en" : "vi";
let words = {};

export async function loadWords() {
  const all = await (await fetch("/web/static/words.json")).json();
  words = all[lang];
  document.documentElement.lang = lang;
}

export function t(key) {
  return words[key] || key;
}

export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is switched off in some in-app browsers
  }
}

export function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // the session then lasts as long as the page
  }
}
