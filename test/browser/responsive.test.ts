import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { newVisitor, startBrowser, visit } from "./support/browser.ts";
import { ask, ELEMENT } from "./support/element.ts";
import { writeRandomModel } from "./support/models.ts";
import { startServer, temporaryFolder } from "./support/place.ts";
import { webFiles } from "./support/web-files.ts";

const browser = await startBrowser();
/** What people notice. */
const LONGEST = 50;

describe.skipIf(browser === undefined)("a page whose model works in a worker", async () => {
  const folder = await temporaryFolder();
  await writeRandomModel(join(folder, "model"), { hidden: 256, maxTargetLength: 400 });
  const server = await startServer();
  server.folder("/model/", join(folder, "model"));
  for (const [name, path] of await webFiles()) server.file(`/${name}`, path);

  /** Loads the model and has it answer; gives the page's longest tasks in milliseconds, as the browser counts them. */
  async function longestTasks(page: Page): Promise<{ loading: number; answering: number }> {
    await page.evaluate(() => {
      const tasks: number[] = [];
      Object.assign(globalThis, { tasks });
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
        type: "longtask",
        buffered: true,
      });
    });
    const take = async (): Promise<number> => {
      // The browser tells of tasks a little later.
      await page.waitForTimeout(200);
      return page.evaluate(() => Math.max(0, ...(globalThis as never as { tasks: number[] }).tasks.splice(0)));
    };
    await page.evaluate(() => document.querySelector("s2s-model")!.load());
    const loading = await take();
    const { error } = await ask(page, "the quick brown fox");
    expect(error).toBe("");
    return { loading, answering: await take() };
  }

  // The machine's own pauses count too, so the best of three visits is taken.
  test("is never held up for long, neither while the model loads nor while it answers", async () => {
    const visits: { loading: number; answering: number }[] = [];
    for (let i = 0; i < 3; i += 1) {
      const context = await newVisitor(browser!);
      const { page, problems } = await visit(
        context,
        server.page("/page", `<script type="module" src="/s2s.js"></script>${ELEMENT("/model/")}`),
      );
      visits.push(await longestTasks(page));
      expect(problems).toEqual([]);
      await context.close();
      if (visits.at(-1)!.loading < LONGEST && visits.at(-1)!.answering < LONGEST) break;
    }
    expect(Math.min(...visits.map(({ loading, answering }) => Math.max(loading, answering))), JSON.stringify(visits)).toBeLessThan(LONGEST);
  });

  // Slowed down, as the fastest machines load a model of this size between two frames.
  test("would be held up without one: the observer sees it", async () => {
    const context = await newVisitor(browser!);
    const { page } = await visit(
      context,
      server.page("/page", `<script type="module" src="/s2s.js"></script>${ELEMENT("/model/", 'worker="off"')}`),
    );
    const devtools = await context.newCDPSession(page);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: 8 });
    const { loading, answering } = await longestTasks(page);
    expect(Math.max(loading, answering)).toBeGreaterThan(LONGEST);
    await context.close();
  });
});
