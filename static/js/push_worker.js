// Shows a notice that comes by web push, and opens its page on this site when it is clicked. It reads no request.
"use strict";

addEventListener("install", () => self.skipWaiting());
addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
addEventListener("push", (event) => {
  const { text, link, key } = event.data.json();
  event.waitUntil(self.registration.showNotification(text, { tag: key, data: { link } }));
});
addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { link } = event.notification.data;
  if (link && new URL(link).origin === location.origin) event.waitUntil(self.clients.openWindow(link));
});
