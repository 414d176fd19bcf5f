import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newVisitor, startBrowser, visit } from "./support/browser.ts";
import { answerInNode, writeRandomModel, writeSite } from "./support/models.ts";
import { startServer, temporaryFolder } from "./support/place.ts";
import { ask, ELEMENT } from "./support/element.ts";

/** Each page says what it allows, in headers, and whatever it then forbids counts as a failure. */
const browser = await startBrowser();
const SAME_ORIGIN = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src 'self'";
const TRUSTED_TYPES = "require-trusted-types-for 'script'";
const OWN_SCRIPT = '<script type="module" src="/site/s2s.js"></script>';
const OWN_MODEL = ELEMENT("/site/bundle/");

describe.skipIf(browser === undefined)("under a content security policy", async () => {
  const folder = await temporaryFolder();
  await writeRandomModel(join(folder, "model"));
  await writeSite(join(folder, "site"), join(folder, "model"));
  const expected = await answerInNode(join(folder, "model"), "hello");
  const [page, host] = [await startServer(), await startServer()];
  page.folder("/site/", join(folder, "site"));
  page.answer("/worker.js", { body: `await import("${host.origin}/site/s2s.worker.js");` });
  host.folder("/site/", join(folder, "site"));
  host.headers = { "access-control-allow-origin": "*", "cache-control": "no-store" };

  /** Opens a page of this content and policy, asks its element, and gives what there was to see. */
  async function answerOn(body: string, policy: string): Promise<Awaited<ReturnType<typeof ask>> & { problems: string[] }> {
    const context = await newVisitor(browser!);
    try {
      const { page: tab, problems } = await visit(context, page.page("/page", body, policy));
      const answered = await ask(tab, "hello");
      return { ...answered, problems: [...problems, ...page.violations.splice(0)] };
    } finally {
      await context.close();
    }
  }

  const good = { answer: expected, error: "", problems: [] };

  test("of the same origin: in a worker", async () => {
    expect(await answerOn(OWN_SCRIPT + OWN_MODEL, SAME_ORIGIN)).toMatchObject({ ...good, thread: "worker", device: "chromium-wasm" });
  });

  test("of the same origin, without a worker: in the page's thread", async () => {
    const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'none'";
    const body = OWN_SCRIPT + ELEMENT("/site/bundle/", 'worker="off"');
    expect(await answerOn(body, policy)).toMatchObject({ ...good, thread: "main" });
  });

  test("with trusted types, whatever policies may be called", async () => {
    expect(await answerOn(OWN_SCRIPT + OWN_MODEL, `${SAME_ORIGIN}; ${TRUSTED_TYPES}`)).toMatchObject({ ...good, thread: "worker" });
  });

  test("with trusted types and a list that names ours", async () => {
    const policy = `${SAME_ORIGIN}; ${TRUSTED_TYPES}; trusted-types s2s`;
    expect(await answerOn(OWN_SCRIPT + OWN_MODEL, policy)).toMatchObject({ ...good, thread: "worker" });
  });

  test("with a nonce and 'strict-dynamic'", async () => {
    const policy =
      "default-src 'none'; script-src 'nonce-r4nd0m' 'strict-dynamic' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";
    const body = `<script nonce="r4nd0m" type="module" src="/site/s2s.js"></script>${OWN_MODEL}`;
    expect(await answerOn(body, policy)).toMatchObject({ ...good, thread: "worker" });
  });

  describe("from another origin", () => {
    const script = `<script type="module" src="${host.origin}/site/s2s.js"></script>`;
    const model = `${host.origin}/site/bundle/`;
    const policy = (workers: string): string =>
      `default-src 'none'; script-src ${host.origin} 'wasm-unsafe-eval'; connect-src ${host.origin}; worker-src ${workers}`;

    test("in a worker made of a one-line file", async () => {
      const body = script + ELEMENT(model, 'worker="/worker.js"');
      // The file is the page's; what it imports is checked against script-src.
      expect(await answerOn(body, policy("'self'"))).toMatchObject({ ...good, thread: "worker" });
    });

    test("in a worker made of a blob", async () => {
      const answered = await answerOn(script + ELEMENT(model), policy("blob:"));
      expect(answered).toMatchObject({ ...good, thread: "worker", reason: expect.stringContaining("blob") });
    });

    test("in the page's thread where the page asks for it", async () => {
      expect(await answerOn(script + ELEMENT(model, 'worker="off"'), policy("'none'"))).toMatchObject({ ...good, thread: "main" });
    });

    test("in the page's thread where no worker is allowed: the page says why, and the violation is reported", async () => {
      const { problems, ...answered } = await answerOn(script + ELEMENT(model), policy("'none'"));
      expect(answered).toMatchObject({
        answer: expected,
        thread: "main",
        reason: expect.stringMatching(/no worker could be started \(.*blob/),
      });
      expect(problems.filter((text) => !/worker-src|blob:/.test(text))).toEqual([]);
      expect(problems).toContain("worker-src blob");
    });
  });

  test("in a sandboxed frame, which has no storage", async () => {
    const context = await newVisitor(browser!);
    const inner = `<script type="module" src="${host.origin}/site/s2s.js"></script>${ELEMENT(`${host.origin}/site/bundle/`)}`;
    const policy = `default-src 'none'; script-src ${host.origin} 'wasm-unsafe-eval'; connect-src ${host.origin}; worker-src blob:`;
    page.page("/inner", inner, policy);
    const { page: tab, problems } = await visit(context, page.page("/outer", '<iframe sandbox="allow-scripts" src="/inner"></iframe>'));
    const frame = tab.frames()[1]!;
    await expect(frame.evaluate(() => caches.open("x"))).rejects.toThrow("SecurityError");
    expect(await ask(frame, "hello")).toMatchObject({
      answer: expected,
      error: "",
      thread: "worker",
      reason: expect.stringContaining("blob"),
    });
    expect([...problems, ...page.violations.splice(0)]).toEqual([]);
    await context.close();
  });
});
