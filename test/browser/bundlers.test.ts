import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, createServer } from "vite";
import { describe, expect, test } from "vitest";
import webpack from "webpack";
import { countDown, writeCountdown } from "../../packages/runtime/test/countdown.ts";
import { newVisitor, startBrowser, visit } from "./support/browser.ts";
import { ask } from "./support/element.ts";
import { startServer, temporaryFolder } from "./support/place.ts";

const browser = await startBrowser();
const PROJECT = fileURLToPath(new URL("fixtures/bundled/", import.meta.url));
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

/** Each with the bundler's own defaults, but for webpack's minifier, which takes half a minute. */
const bundlers: Record<string, (out: string) => Promise<void>> = {
  async vite(out) {
    await build({ root: PROJECT, configFile: false, base: "./", logLevel: "error", build: { outDir: out, emptyOutDir: true } });
  },
  async webpack(out) {
    const compiler = webpack({
      mode: "production",
      optimization: { minimize: false },
      context: PROJECT,
      entry: "./main.js",
      output: { path: out },
    });
    const stats = await promisify(compiler!.run.bind(compiler!))();
    expect(stats!.toJson({ all: false, errors: true }).errors).toEqual([]);
    await promisify(compiler!.close.bind(compiler!))();
    await copyFile(join(PROJECT, "index.html"), join(out, "index.html"));
  },
};

describe.skipIf(browser === undefined)("a project that imports @s2s/runtime", async () => {
  const folder = await temporaryFolder();
  writeCountdown(join(folder, "model"));
  const expected = countDown("abc").tokens.join("");

  test.each(Object.keys(bundlers))("built with %s runs the model in a worker and in the page", { timeout: 120_000 }, async (name) => {
    const out = join(folder, name);
    await bundlers[name]!(out);
    const server = await startServer();
    server.folder("/app/", out).folder("/app/model/", join(folder, "model"));
    server.answer("/app/", {
      body: await readFile(join(out, "index.html")),
      type: "text/html",
      headers: { "content-security-policy": POLICY },
    });
    const context = await newVisitor(browser!);
    const { page, problems } = await visit(context, `${server.origin}/app/`);
    expect(await ask(page, "abc")).toMatchObject({ answer: expected, error: "", thread: "worker", device: "chromium-wasm" });
    for (const worker of [true, false]) {
      const answered = await page.evaluate(
        (given) => (globalThis as never as { answer(text: string, worker: boolean): unknown }).answer("abc", given),
        worker,
      );
      expect(answered).toMatchObject({ text: expected, thread: worker ? "worker" : "main" });
    }
    expect(problems).toEqual([]);
    await context.close();
  });

  test(
    "runs the model in a worker of Vite's development server, as docs/embedding.md tells to set it up",
    { timeout: 60_000 },
    async () => {
      const config = {
        root: PROJECT,
        configFile: false,
        logLevel: "error",
        publicDir: folder,
        cacheDir: join(folder, "vite-cache"),
      } as const;
      const server = await createServer({ ...config, optimizeDeps: { exclude: ["@s2s/runtime"] }, server: { port: 0 } });
      const context = await newVisitor(browser!);
      try {
        await server.listen();
        const { page } = await visit(context, server.resolvedUrls!.local[0]!);
        expect(await ask(page, "abc")).toMatchObject({ answer: expected, error: "", thread: "worker" });
      } finally {
        await context.close();
        await server.close();
      }
    },
  );
});
