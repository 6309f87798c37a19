// Notices in the browser: a button asks the browser for permission and sends the subscription as a form.
// <button data-push-form="id of the form" data-push-key="our public key" data-push-worker="address of the worker">
"use strict";

const pushButton = document.querySelector("[data-push-form]");
const canPush = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const say = (name) => {
  for (const note of document.querySelectorAll("[data-push-note]")) note.hidden = note.dataset.pushNote !== name;
};
const bytesOf = (text) => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(text.length / 4) * 4, "="));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0));
};
// A worker that is not active yet has no subscription.
const activation = (registration) => new Promise((resolve) => {
  const worker = registration.installing || registration.waiting;
  if (registration.active || !worker) { resolve(); return; }
  worker.addEventListener("statechange", () => { if (worker.state === "activated") resolve(); });
});
const subscribe = async () => {
  const { pushForm, pushKey, pushWorker } = pushButton.dataset;
  if (await Notification.requestPermission() !== "granted") return say("denied");
  const registration = await navigator.serviceWorker.register(pushWorker);
  await registration.update();
  await activation(registration);
  const key = { userVisibleOnly: true, applicationServerKey: bytesOf(pushKey) };
  // A browser that was subscribed with another key refuses: the old subscription ends first.
  const before = await registration.pushManager.getSubscription();
  if (before) await before.unsubscribe();
  const subscription = (await registration.pushManager.subscribe(key)).toJSON();
  const form = document.getElementById(pushForm);
  form.elements.endpoint.value = subscription.endpoint;
  form.elements.p256dh.value = subscription.keys.p256dh;
  form.elements.auth.value = subscription.keys.auth;
  form.requestSubmit();
};
if (pushButton && canPush) {
  pushButton.hidden = false;
  pushButton.addEventListener("click", () => subscribe().catch(() => say("failed")));
} else if (pushButton) {
  say("unable");
}
