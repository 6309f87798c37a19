// Check-in at a gate. The phone holds a key for one event, the list of people who may come in, and scans that could
// not be sent yet (all in IndexedDB). A scan is decided from the list at once. The answer of the site, which comes
// later, decides; a difference stays on the screen until a person has read it.
"use strict";

const page = document.getElementById("gate");
const part = (name) => document.getElementById(`gate-${name}`);
const say = (name, values = {}) =>
  (page.dataset[name] || "").replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");
const REFRESH = 30_000; // ms between two looks at the list
const AT_ONCE = 200; // scans in one message
const SAME = 4_000; // ms in which the camera may see the same badge again

let secret = "", list = null, people = new Map(), last = { code: "", at: 0 }, sending = false;

// ---- what the phone remembers
const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open("gate", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("kept");
    request.result.createObjectStore("queue", { keyPath: "key" });
  };
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const ask = async (store, mode, act) => {
  const request = act((await opened).transaction(store, mode).objectStore(store));
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
};
const kept = (key) => ask("kept", "readonly", (store) => store.get(key));
const keep = (key, value) => ask("kept", "readwrite", (store) => store.put(value, key));
const queued = () => ask("queue", "readonly", (store) => store.getAll());
const enqueue = (scan) => ask("queue", "readwrite", (store) => store.put(scan));
const dequeue = (key) => ask("queue", "readwrite", (store) => store.delete(key));

// ---- codes and clocks
const clean = (typed) =>
  typed.slice(0, 300).split(/code=|\/gate\/b\//).pop().replace(/\/+$/, "").slice(0, 64)
    .replace(/[\s-]/g, "").toUpperCase().replace(/[IL]/g, "1").replace(/O/g, "0");
const digest = async (code) => {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${list.event}:${code}`));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
};
const clock = (instant) => new Intl.DateTimeFormat(document.documentElement.lang, {
  hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: list?.zone,
}).format(new Date(instant));
const today = () => new Intl.DateTimeFormat("en-CA", { timeZone: list.zone }).format(new Date());

// ---- deciding from the list
async function decide(code) {
  if (!code) return { tone: "fail", text: say("tEmpty") };
  const person = people.get(await digest(code));
  if (!person) return { tone: "fail", text: say("tUnknown", { when: clock(list.made) }) };
  const named = { name: person.name, company: person.company };
  if (person.state === "withdrawn") return { ...named, tone: "fail", text: say("tWithdrawn", named) };
  if (person.state === "waiting") return { ...named, tone: "fail", text: say("tWaiting", named) };
  if (person.state === "not_coming" && !person.at) return { ...named, tone: "fail", text: say("tNotComing", named) };
  if (today() < list.days[0] || today() > list.days[1]) return { ...named, tone: "fail", text: say("tOtherDay") };
  if (person.at) {
    const text = say("tAgain", { ...named, when: clock(person.at), gate: person.gate || "–" });
    return { ...named, tone: "missing", text };
  }
  person.at = new Date().toISOString();
  person.gate = list.gate;
  await keep("list", list);
  return { ...named, tone: "met", text: say("tWelcome"), entered: true };
}

async function scan(typed) {
  const code = clean(typed);
  if (!list || (code === last.code && Date.now() - last.at < SAME)) return;
  last = { code, at: Date.now() };
  const verdict = await decide(code);
  const key = crypto.randomUUID();
  show(verdict, key);
  if (!code) return;
  const entered = Boolean(verdict.entered);
  await enqueue({ key, code, at: new Date().toISOString(), entered, name: verdict.name || code });
  await send();
}

// ---- speaking with the site
async function call(address, options = {}) {
  const response = await fetch(address, {
    ...options, cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(8000),
    headers: {
      Authorization: `Bearer ${secret}`,
      "Content-Type": "application/json",
      "Accept-Language": document.documentElement.lang,
    },
  });
  if (response.status === 401 || response.status === 403) {
    show({ tone: "fail", text: (await response.json()).detail });
    await keep("secret", "");
    secret = "";
    throw new Error("no key");
  }
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

// What was scanned without a network is sent first, so that the list that comes back counts it.
async function refresh() {
  await send();
  try {
    await take(await call(page.dataset.list));
    await keep("list", list);
    online(true);
  } catch { online(false); }
}

async function take(fresh) {
  list = fresh;
  people = new Map(list.people.map((person) => [person.key, person]));
  for (const row of await queued()) { // let in here, and not sent yet
    const person = row.entered && people.get(await digest(row.code));
    if (person && !person.at) Object.assign(person, { at: row.at, gate: list.gate });
  }
  part("event").textContent = list.name;
  part("name").textContent = list.gate;
  counts();
}

async function send() {
  if (sending || !secret) return counts();
  sending = true;
  try {
    for (let waiting = await queued(); waiting.length; waiting = await queued()) {
      const batch = waiting.slice(0, AT_ONCE);
      const answer = await call(page.dataset.scans, { method: "POST", body: JSON.stringify({ scans: batch }) });
      const before = new Map(batch.map((row) => [row.key, row]));
      for (const verdict of answer.scans) {
        const own = before.get(verdict.key);
        await dequeue(verdict.key);
        // "In already" about one's own entry of a moment ago is no conflict; anything else against the list is.
        if (own.entered && verdict.outcome !== "entered") conflict(own, verdict);
        if (part("verdict").dataset.key === verdict.key) {
          const tone = { entered: "met", again: "missing", refused: "fail" }[verdict.outcome];
          show({ tone, text: verdict.sentence, name: verdict.name, company: verdict.company }, verdict.key);
        }
      }
    }
    online(true);
  } catch { online(false); } finally { sending = false; counts(); }
}

// ---- the screen
function show(verdict, key = "") {
  const box = part("verdict");
  box.dataset.key = key;
  box.hidden = false;
  box.className = `gate-verdict is-${verdict.tone}`;
  part("who").textContent = verdict.name || "";
  part("company").textContent = verdict.company || "";
  part("said").textContent = verdict.text;
}

function conflict(own, verdict) {
  const row = part("conflict").content.cloneNode(true);
  row.querySelector("[data-text]").textContent =
    say("tConflict", { name: verdict.name || own.name, when: clock(own.at), sentence: verdict.sentence });
  row.querySelector("button").addEventListener("click", (event) => event.target.closest("li").remove());
  part("conflicts").append(row);
}

function online(yes) {
  part("net").textContent = yes ? say("tOnline") : say("tOffline");
  part("net").className = `pill pill-${yes ? "met" : "missing"}`;
}

async function counts() {
  const waiting = (await queued()).length;
  part("waiting").textContent = waiting ? say("tQueue", { n: waiting }) : "";
  if (list) {
    const expected = list.people.filter((person) => ["registered", "not_coming"].includes(person.state));
    const inside = expected.filter((person) => person.at);
    part("inside").textContent = say("tInside", { n: inside.length, all: expected.length });
    part("made").textContent = say("tMade", { when: clock(list.made) });
  }
}

// ---- the camera: the browser's own reader of QR codes; elsewhere (Firefox, iOS, most desktops) a decoder that is
// fetched only then and stored with the page. It reads a frame in about 10 ms.
const WIDE = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
const reads = (async () => {
  if (!("BarcodeDetector" in window)) return false;
  return (await BarcodeDetector.getSupportedFormats().catch(() => [])).includes("qr_code");
})();

async function camera() {
  const Detector = (await reads) ? BarcodeDetector : (await import(page.dataset.decoder)).BarcodeDetector;
  const detector = new Detector({ formats: ["qr_code"] });
  const stream = await navigator.mediaDevices.getUserMedia({ video: WIDE });
  const video = part("video");
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
  pressed(true);
  const look = async () => {
    if (!video.srcObject) return;
    const found = await detector.detect(video).catch(() => []);
    if (found.length) await scan(found[0].rawValue);
    setTimeout(look, 150);
  };
  look();
}

function dark() {
  const video = part("video");
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
  video.hidden = true;
  pressed(false);
}

function pressed(on) {
  part("camera").hidden = on;
  part("dark").hidden = !on;
  part(on ? "dark" : "camera").focus();
}

async function start() {
  if (location.hash.length > 20) {
    await keep("secret", location.hash.slice(1));
    await keep("list", null);
    history.replaceState(null, "", page.dataset.home);
  }
  secret = (await kept("secret")) || "";
  const before = await kept("list");
  if (before) await take(before);
  part("nokey").hidden = Boolean(secret);
  part("work").hidden = !secret;
  if (!secret) return;
  navigator.storage?.persist?.();
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register(page.dataset.worker, { scope: page.dataset.home }).catch(() => {});
    navigator.serviceWorker.ready.then(async ({ active }) => {
      const files = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon]")].map((one) => one.href);
      files.push(...[...document.querySelectorAll("use")].map((one) => one.href.baseVal.split("#")[0]));
      files.push(...[...document.scripts].map((one) => one.src).filter(Boolean));
      if (!(await reads)) {
        const decoder = new URL(page.dataset.decoder, page.baseURI);
        files.push(page.dataset.decoder, new URL("index.js", decoder).href);
      }
      active.postMessage({ keep: [...new Set([page.dataset.home, ...files])] });
    });
  }
  await refresh();
  const badge = location.pathname.split("/gate/b/")[1];
  if (badge) {
    history.replaceState(null, "", page.dataset.home);
    await scan(decodeURIComponent(badge));
  }
  setInterval(refresh, REFRESH);
}

part("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = event.target.elements.code;
  const typed = field.value;
  field.value = "";
  field.focus();
  last.at = 0;
  await scan(typed);
});
if (navigator.mediaDevices) {
  part("camera").hidden = false;
  part("camera").addEventListener("click", () => camera().catch(() => { part("blind").hidden = false; }));
  part("dark").addEventListener("click", dark);
} else part("hint").hidden = false;
addEventListener("online", refresh);
addEventListener("offline", () => online(false));
start();
