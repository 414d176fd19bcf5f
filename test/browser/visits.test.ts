import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContext } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import { newVisitor, startBrowser, visit } from "./support/browser.ts";
import { ask, ELEMENT } from "./support/element.ts";
import { answerInNode, writeRandomModel, writeSite } from "./support/models.ts";
import { startServer, temporaryFolder } from "./support/place.ts";

const browser = await startBrowser();

describe.skipIf(browser === undefined)("a visitor who comes again", async () => {
  const folder = await temporaryFolder();
  const site = join(folder, "site");
  const write = async (seed: number): Promise<string> => {
    await rm(join(folder, "model"), { recursive: true, force: true });
    await writeRandomModel(join(folder, "model"), { seed });
    await writeSite(site, join(folder, "model"));
    return answerInNode(join(folder, "model"), "hello");
  };
  let first: string;
  beforeEach(async () => {
    first = await write(1);
  });

  /** Opens the page anew, asks, and gives the answer and what the host was asked for. */
  async function come(context: BrowserContext, server: Awaited<ReturnType<typeof startServer>>, address: string, text = "hello") {
    server.requests.length = 0;
    const { page, problems } = await visit(context, address);
    const { answer, error } = await ask(page, text);
    expect({ error, problems }).toEqual({ error: "", problems: [] });
    await page.close();
    return { answer, requests: [...server.requests] };
  }

  const heavy = (requests: readonly string[]): string[] => requests.filter((path) => /\.(wasm|onnx|safetensors)$|tokenizer/.test(path));

  test("fetches no bytes of the model or of wasm again, and notices a new version", async () => {
    const server = (await startServer()).folder("/site/", site);
    const address = server.page("/page", `<script type="module" src="/site/s2s.js"></script>${ELEMENT("/site/bundle/")}`);
    const context = await newVisitor(browser!);
    const cold = await come(context, server, address);
    expect(cold.answer).toBe(first);
    expect(heavy(cold.requests)).toContain("/site/ort-wasm-simd-threaded.wasm");
    const warm = await come(context, server, address);
    expect(warm.answer).toBe(first);
    expect(heavy(warm.requests)).toEqual([]);
    expect(warm.requests).toContain("/site/bundle/s2s.json");

    const second = await write(2);
    expect(second).not.toBe(first);
    const updated = await come(context, server, address);
    expect(updated.answer).toBe(second);
    expect(heavy(updated.requests)).toContain("/site/bundle/weights.safetensors");
    // What did not change is not fetched again.
    expect(heavy(updated.requests).filter((path) => /\.(wasm|onnx)$|tokenizer/.test(path))).toEqual([]);
    await context.close();
  });

  test("fetches everything again with cache=off", async () => {
    const server = (await startServer()).folder("/site/", site);
    const address = server.page("/page", `<script type="module" src="/site/s2s.js"></script>${ELEMENT("/site/bundle/", 'cache="off"')}`);
    const context = await newVisitor(browser!);
    await come(context, server, address);
    expect(heavy((await come(context, server, address)).requests)).toContain("/site/bundle/weights.safetensors");
    await context.close();
  });

  test("has the demo page without a network, and is offered a newer one", async () => {
    const server = (await startServer()).folder("/deep/site/", site);
    const address = `${server.origin}/deep/site/`;
    const context = await newVisitor(browser!, { viewport: { width: 320, height: 800 } });
    const { page, problems } = await visit(context, address);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    await page.evaluate(async () => navigator.serviceWorker.ready.then(({ active }) => active?.state));
    // Asked for by nobody on this machine.
    expect(server.requests.filter((path) => /asyncify|webgpu/.test(path))).toEqual([]);
    await page.close();

    server.offline = true;
    const away = await visit(context, address);
    expect((await ask(away.page, "hello")).answer).toBe(first);
    expect([...problems, ...away.problems]).toEqual([]);
    await away.page.close();
    server.offline = false;
    server.requests.length = 0;

    const second = await write(3);
    const back = await visit(context, address);
    const offer = back.page.locator("#update button");
    await offer.waitFor();
    expect((await ask(back.page, "hello")).answer).toBe(first);
    await Promise.all([back.page.waitForEvent("load"), offer.click()]);
    expect((await ask(back.page, "hello")).answer).toBe(second);
    // Only what is new came over the network.
    expect(heavy(server.requests)).toEqual(["/deep/site/bundle/weights.safetensors"]);
    expect(back.problems).toEqual([]);
    await context.close();
  });
});
