// The gate's service worker: keeps the page and its files, so that a phone at the door opens them without a network.
// Registered only on phones that hold a key; see gate.js.
"use strict";

const SHELF = "gate-1";
const HOME = self.registration.scope;
const PATIENCE = 4000; // ms until a slow network counts as none

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const files = event.data && event.data.keep;
  if (files) event.waitUntil(caches.open(SHELF).then((shelf) => shelf.addAll(files)));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (url.pathname !== new URL("list", HOME).pathname) event.respondWith(file(request));
});

async function page(request, url) {
  const kept = await caches.match(HOME);
  // A badge read by the phone's own camera app opens its address; here the page at the gate deals with it.
  if (kept && url.pathname.startsWith(new URL("b/", HOME).pathname)) return kept;
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function file(request) {
  return (await caches.match(request)) || fetch(request);
}
