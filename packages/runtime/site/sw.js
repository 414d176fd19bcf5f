// Keeps this site for visits without a network. In front of this text the export has put FILES: for each path the SHA-256 of its content (base64),
// and whether it is fetched at the first visit or when it is first asked for. One cache, whose keys hold the hash: what stays the same from
// version to version is not fetched again.
/* global FILES */
const SCOPE = self.registration.scope;
const CACHE = `s2s-site ${SCOPE}`;
const keyOf = (path) => `${SCOPE}${path}?s2s=${encodeURIComponent(FILES[path].sha256)}`;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", ({ data }) => {
  if (data === "take over") void self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const path = pathOf(event.request);
  if (path !== undefined) event.respondWith(answer(path, event.request));
});

async function install() {
  const paths = Object.keys(FILES).filter((path) => FILES[path].early);
  await Promise.all(paths.map((path) => keep(path)));
}

/** Drops what no file of this version is. */
async function activate() {
  const cache = await caches.open(CACHE);
  const keys = new Set(Object.keys(FILES).map(keyOf));
  const old = (await cache.keys()).filter(({ url }) => !keys.has(url));
  await Promise.all(old.map((request) => cache.delete(request)));
  await self.clients.claim();
}

/** The path of a file of this site; undefined for whatever else is asked for. */
function pathOf({ method, url }) {
  if (method !== "GET" || !url.startsWith(SCOPE)) return undefined;
  const path = url.slice(SCOPE.length).replace(/[?#].*$/s, "") || "index.html";
  return Object.hasOwn(FILES, path) ? path : undefined;
}

async function answer(path, request) {
  try {
    return await keep(path);
  } catch {
    // No room, or the host has another version by now.
    return fetch(request);
  }
}

/** A file from the cache, or from the network into the cache. Only the content that belongs to this version is taken. */
async function keep(path) {
  const cache = await caches.open(CACHE);
  const key = keyOf(path);
  const kept = await cache.match(key);
  if (kept) return kept;
  // The folder's own address: hosts may redirect from its index.html.
  const address = SCOPE + (path === "index.html" ? "" : path);
  const response = await fetch(address, { integrity: `sha256-${FILES[path].sha256}`, cache: "no-cache" });
  if (!response.ok) throw new Error(`${address}: HTTP ${response.status}`);
  const headers = new Headers(response.headers);
  // The body is no longer compressed.
  headers.delete("content-encoding");
  headers.delete("content-length");
  // A new response, since one that came through a redirect may not answer a navigation.
  const copy = new Response(response.body, { headers });
  await cache.put(key, copy.clone());
  return copy;
}
