// Plays the people: `people` of them at once, each sending the next update only after the webhook's 200 and after having
// read the answer, whether it came inside the 200 or as a call to the Bot API, which this process plays too.
//
// Speaks lines of JSON with bench/run.py: says {port}, is told {url, secret, pid, seconds, warm, people, users, first},
// answers with its figures, ends when its input does.

import fs from "node:fs";
import http from "node:http";
import readline from "node:readline";
import { BotApi } from "./botapi.mjs";
import { END, LINES, update } from "./conversation.mjs";

const PATIENCE = 10_000; // ms until an answer counts as missing
const api = new BotApi();
const line = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

class Round {
  constructor(task) {
    this.task = task;
    this.target = new URL(task.url);
    this.agent = new http.Agent({ keepAlive: true, maxSockets: task.people, scheduling: "fifo" });
    this.id = 0;
    this.user = 0;
    this.stop = false;
    this.measuring = false;
    this.taken = 0;
    this.times = [];
    this.acknowledged = [];
    this.sent = 0;
    this.open = 0;
    this.problems = [];
  }

  post(body) {
    const { hostname, port, pathname } = this.target;
    const headers = {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
      "X-Telegram-Bot-Api-Secret-Token": this.task.secret,
    };
    return new Promise((done, fail) => {
      const request = http.request({ agent: this.agent, hostname, port, path: pathname, method: "POST", headers }, (response) => {
        const parts = [];
        response.on("data", (part) => parts.push(part));
        response.on("end", () => done({ status: response.statusCode, body: Buffer.concat(parts) }));
      });
      request.setTimeout(PATIENCE, () => request.destroy(new Error("no answer in time")));
      request.on("error", fail);
      request.end(body);
    });
  }

  // One update: sent, acknowledged, its answer read. False when the conversation cannot go on.
  async say(user, what) {
    const before = api.chats.get(user);
    if (what.sees && !what.sees.test(before?.text ?? "")) return this.problem(user, what, `shows: ${before?.text}`);
    const id = (this.id += 1);
    const made = update(id, user, before, what);
    if (made === undefined) return this.problem(user, what, `no such button: ${before?.buttons}`);
    const body = JSON.stringify(made);
    const start = performance.now();
    const { status, body: answer } = await this.post(body);
    const took = performance.now() - start;
    if (status !== 200) return this.problem(user, what, `status ${status}`);
    this.acknowledged.push(id);
    if (this.measuring) {
      this.taken += 1;
      this.times.push(took);
    }
    this.inline(answer);
    return (await api.changed(user, before, PATIENCE)) || this.problem(user, what, "nothing was said");
  }

  inline(answer) {
    const found = answer.length > 1 ? JSON.parse(answer) : {};
    if (found.method) api.perform(found.method, found);
  }

  problem(user, what, why) {
    this.problems.push({ user, line: LINES.indexOf(what), why });
    return false;
  }

  async person() {
    while (!this.stop) {
      const user = this.task.first + (this.user++ % this.task.users);
      await this.petition(user);
    }
  }

  async petition(user) {
    let open = false;
    for (const what of LINES) {
      if (this.stop) break;
      if (!(await this.say(user, what))) {
        this.stop = true; // a conversation that goes astray makes every figure worthless
        break;
      }
      open ||= Boolean(what.begun);
      if (what.sends) {
        open = false;
        this.sent += 1;
        if (!END.test(api.chats.get(user).text)) this.problem(user, what, api.chats.get(user).text);
      }
    }
    if (open) this.open += 1;
  }

  async run() {
    const people = Array.from({ length: this.task.people }, () => this.person().catch((error) => this.broken(error)));
    await sleep(this.task.warm * 1000);
    const [cpu, own, calls, start] = [cpuSeconds(this.task.pid), process.cpuUsage(), api.calls, performance.now()];
    this.measuring = true;
    await sleep(this.task.seconds * 1000);
    this.measuring = false;
    const seconds = (performance.now() - start) / 1000;
    const used = process.cpuUsage(own);
    const spent = cpuSeconds(this.task.pid).map((value, place) => value - cpu[place]);
    const asked = api.calls - calls;
    this.stop = true;
    await Promise.all(people);
    this.agent.destroy();
    this.times.sort((a, b) => a - b);
    const at = (share) => this.times[Math.min(this.times.length - 1, Math.floor(this.times.length * share))] ?? 0;
    return {
      seconds,
      updates: this.taken,
      p50: at(0.5),
      p99: at(0.99),
      max: at(1),
      server_cpu: spent[0] + spent[1],
      server_sys: spent[1],
      driver_busy: (used.user + used.system) / 1e6 / seconds,
      calls: asked,
      refused: api.refused,
      acknowledged: this.acknowledged.length,
      last_id: this.id,
      sent: this.sent,
      open: this.open,
      problems: this.problems.slice(0, 5),
    };
  }

  broken(error) {
    this.stop = true;
    this.problems.push({ why: String(error) });
  }
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// [utime, stime] of all threads, in seconds; fields 14 and 15 of /proc/<pid>/stat, a clock tick being 10 ms.
function cpuSeconds(pid) {
  const text = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return [Number(fields[11]) / 100, Number(fields[12]) / 100];
}

line({ port: await api.listen() });
for await (const text of readline.createInterface({ input: process.stdin })) {
  api.chats.clear();
  line(await new Round(JSON.parse(text)).run());
}
process.exit(0);
