// What the browser keeps: messages until the server has acknowledged them, files until the server has asked for them.
const WEEK = 7 * 86400 * 1000;
const memory = { queue: new Map(), files: new Map() }; // where IndexedDB is not to be had (private windows)
let opening;
let counter = 0;

function database() {
  opening ||= new Promise((resolve) => {
    try {
      const request = indexedDB.open("danvan", 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("queue", { keyPath: "seq", autoIncrement: true });
        request.result.createObjectStore("files", { keyPath: "ref" });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  return opening;
}

// One transaction; resolves after it is on disk, rejects when the device is full.
async function within(name, mode, work) {
  const db = await database();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(name, mode, { durability: "strict" });
    const request = work(transaction.objectStore(name));
    transaction.oncomplete = () => resolve(request && request.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error || new Error("storage"));
  });
}

export async function putMessage(message) {
  if (await database()) return within("queue", "readwrite", (store) => store.add(message));
  memory.queue.set(++counter, { ...message, seq: counter });
  return counter;
}

export async function dropMessage(seq) {
  if (await database()) return within("queue", "readwrite", (store) => store.delete(seq));
  return memory.queue.delete(seq);
}

// `box` is one account (in the demo: one phone); the order is that of writing.
export async function messages(box) {
  const all = (await database()) ? await within("queue", "readonly", (store) => store.getAll()) : [...memory.queue.values()];
  return all.filter((message) => message.box === box);
}

export async function putFile(ref, blob) {
  const file = { ref, blob, at: Date.now() };
  if (await database()) return within("files", "readwrite", (store) => store.put(file));
  return memory.files.set(ref, file);
}

export async function getFile(ref) {
  const file = (await database()) ? await within("files", "readonly", (store) => store.get(ref)) : memory.files.get(ref);
  return file && file.blob;
}

export async function dropFile(ref) {
  if (await database()) return within("files", "readwrite", (store) => store.delete(ref));
  return memory.files.delete(ref);
}

// A file nobody asked for within a week belongs to a report that was never sent.
export async function sweep() {
  if (!(await database())) return;
  const waiting = new Set((await within("queue", "readonly", (store) => store.getAll())).flatMap((m) => m.refs || []));
  const files = await within("files", "readonly", (store) => store.getAll());
  for (const file of files) if (file.at < Date.now() - WEEK && !waiting.has(file.ref)) await dropFile(file.ref);
}

export async function forgetBox(box, user) {
  for (const message of await messages(box)) await dropMessage(message.seq);
  if (!(await database())) return;
  const refs = await within("files", "readonly", (store) => store.getAllKeys());
  for (const ref of refs) if (String(ref).startsWith(`${user}/`)) await dropFile(ref);
}
