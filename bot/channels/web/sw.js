// Keeps the page itself, so that it opens without network and what is written then waits in the browser. No answers, no photos.
const SHELL = "danvan-shell-1";
const FILES = ["chat", "words", "dom", "store", "net", "outbox", "bubbles", "composer", "files", "voice", "door", "settings", "scroll"].map((name) => `/web/static/${name}.js`);
const ALL = ["/chat", "/web/static/chat.css", "/web/static/words.json", "/web/static/icon.svg", "/web/static/app.webmanifest", ...FILES];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(ALL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name !== SHELL).map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

// The network first, so that a new version is seen at once; the kept copy when there is none.
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  const page = url.pathname === "/chat" || (url.pathname === "/" && event.request.mode === "navigate");
  if (!page && !url.pathname.startsWith("/web/static/")) return;
  event.respondWith(renew(event.request, page ? "/chat" : url.pathname));
});

async function renew(request, name) {
  const cache = await caches.open(SHELL);
  try {
    const response = await fetch(request);
    if (response.ok && name !== "/chat") await cache.put(name, response.clone());
    return response;
  } catch {
    return (await cache.match(name)) || Response.error();
  }
}
