// The service worker: the app's own files come from the cache, so that it opens without a network.
// Data never does: what the phone knows offline is in IndexedDB.
const CACHE = "yunjian-__VERSION__";
const FILES = __FILES__;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES.map((name) => new Request(`/h5/${name}`, { cache: "reload" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names.filter((name) => name.startsWith("yunjian-") && name !== CACHE).map((name) => caches.delete(name)),
        ),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin || !url.pathname.startsWith("/h5/")) return;
  const key = url.pathname === "/h5/index.html" ? "/h5/" : url.pathname;
  event.respondWith(caches.match(key, { cacheName: CACHE }).then((stored) => stored ?? fetch(event.request)));
});
