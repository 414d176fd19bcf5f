// How soon a page answers: `npm run bench:page -- SITE [RUNS]`, SITE being a folder that `s2s export RUN --out SITE --web` has written. Prints the files'
// sizes, the time until the first answer (from opening the page, model and wasm included) of a new visitor and of one who comes again, and the page's
// longest task, each as the median over RUNS visits (default 5). Needs Chromium.
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";
const PAGE = '<!doctype html><title>bench</title><script type="module" src="s2s.js"></script><s2s-model src="bundle/"></s2s-model>';

const [site, runs = "5", text = "hello"] = process.argv.slice(2);
if (site === undefined) {
  console.error("usage: npm run bench:page -- SITE [RUNS] [TEXT]");
  process.exit(2);
}

const median = (/** @type {number[]} */ values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Path and content of each file below the site. */
async function readSite() {
  const entries = await readdir(site, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return new Map(await Promise.all(files.map(async (file) => [path.relative(site, file).split(path.sep).join("/"), await readFile(file)])));
}

/** Opens the page, asks at once, and gives milliseconds. */
async function visit(/** @type {import("playwright-core").BrowserContext} */ context, /** @type {string} */ address) {
  const page = await context.newPage();
  await page.addInitScript(() => {
    globalThis.tasks = [];
    new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: "longtask",
      buffered: true,
    });
  });
  await page.goto(address);
  const figures = await page.evaluate(async (text) => {
    await customElements.whenDefined("s2s-model");
    const element = document.querySelector("s2s-model");
    await element.generate(text);
    const first = performance.now();
    const next = [];
    for (let i = 0; i < 20; i += 1) {
      const begin = performance.now();
      await element.generate(text);
      next.push(performance.now() - begin);
    }
    // The browser tells of tasks a little later.
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { first, next: Math.min(...next), longest: Math.max(0, ...globalThis.tasks), device: element.model.device.name };
  }, text);
  await page.close();
  return figures;
}

const files = await readSite();
console.log("file                                             bytes       gzip");
for (const [name, content] of [...files].toSorted()) {
  console.log(`${name.padEnd(42)} ${String(content.length).padStart(11)} ${String(gzipSync(content, { level: 9 }).length).padStart(10)}`);
}

const server = createServer((request, response) => {
  const name = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname.slice(1));
  if (name === "page") return response.writeHead(200, { "content-type": "text/html", "content-security-policy": POLICY }).end(PAGE);
  const content = files.get(name);
  if (content === undefined) return response.writeHead(404).end();
  response
    .writeHead(200, { "content-type": TYPES[path.extname(name)] ?? "application/octet-stream", "cache-control": "no-store" })
    .end(content);
});
await new Promise((resolve) => server.listen(0, "localhost", resolve));
const executablePath = process.env.CHROME_PATH ?? "/usr/bin/chromium";
const browser = await chromium.launch({
  executablePath,
  chromiumSandbox: process.getuid?.() !== 0,
  args: ["--disable-gpu", "--disable-quic"],
});
try {
  const cold = [];
  const warm = [];
  for (let run = 0; run < Number(runs); run += 1) {
    const context = await browser.newContext();
    const address = `http://localhost:${server.address().port}/page`;
    cold.push(await visit(context, address));
    warm.push(await visit(context, address));
    await context.close();
  }
  const line = (name, visits) =>
    `${name}: first answer ${median(visits.map(({ first }) => first)).toFixed(0)} ms, later ones ${median(visits.map(({ next }) => next)).toFixed(1)} ms, ` +
    `longest task ${median(visits.map(({ longest }) => longest)).toFixed(0)} ms`;
  console.log(`${cold[0].device}, median of ${runs} visits`);
  console.log(line("new visitor", cold));
  console.log(line("comes again", warm));
} finally {
  await browser.close();
  server.close();
}
