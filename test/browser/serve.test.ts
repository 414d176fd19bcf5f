import { join } from "node:path";
import { load } from "@s2s/runtime";
import { afterAll, describe, expect, test } from "vitest";
import { Api } from "../../packages/cli/src/serve/api.ts";
import { createHandler } from "../../packages/cli/src/serve/handler.ts";
import { listen } from "../../packages/cli/src/serve/listen.ts";
import { openSite } from "../../packages/cli/src/serve/site.ts";
import { StaticFiles } from "../../packages/cli/src/serve/static.ts";
import { LIMITS } from "../../packages/cli/test/support/server.ts";
import { newVisitor, startBrowser, visit } from "./support/browser.ts";
import { ask } from "./support/element.ts";
import { answerInNode, writeRandomModel } from "./support/models.ts";
import { temporaryFolder } from "./support/place.ts";

const browser = await startBrowser();

describe.skipIf(browser === undefined)("the site that s2s serve puts around a bundle", async () => {
  const folder = join(await temporaryFolder(), "model");
  await writeRandomModel(folder);
  const site = await openSite(folder);
  const model = await load(site.model, { device: "cpu", worker: false });
  const files = new StaticFiles(site.find);
  const bugs: unknown[] = [];
  const api = new Api(model, LIMITS);
  const handler = createHandler({ api, files, loopback: "own.test", allowOrigin: [], onBug: (error) => bugs.push(error) });
  const { address, close } = await listen(handler, "127.0.0.1", 0);
  const url = `http://localhost:${address.port}/`;
  afterAll(async () => {
    await close(0);
    await model.dispose();
    expect(bugs).toEqual([]);
  });

  test("works under its own strict policy, and is kept for visits without a network", async () => {
    const context = await newVisitor(browser!);
    const { page, problems } = await visit(context, url);
    const expected = await answerInNode(folder, "hello");
    expect(await ask(page, "hello")).toMatchObject({ answer: expected, error: "", thread: "worker" });
    // Its service worker takes a file only with the checksum that the list has.
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await context.setOffline(true);
    await page.reload();
    expect(await ask(page, "hello")).toMatchObject({ answer: expected, error: "" });
    expect(problems).toEqual([]);
    await context.close();
  });

  test("lets its own page use the API", async () => {
    const context = await newVisitor(browser!);
    const { page, problems } = await visit(context, url);
    const answer = await page.evaluate(async () => {
      const headers = { "Content-Type": "application/json" };
      return (await fetch("/generate", { method: "POST", headers, body: '{"text":"hello"}' })).json() as Promise<{ text: string }>;
    });
    expect(answer.text).toBe(await answerInNode(folder, "hello"));
    expect(problems).toEqual([]);
    await context.close();
  });
});
