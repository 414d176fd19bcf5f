import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { load } from "@s2s/runtime";
import { buildInferenceGraphs, createExecutor, exportWeb, train } from "@s2s/trainer";
import type { Page } from "playwright-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { resolveConfig } from "../../packages/trainer/src/load-config.ts";
import { Lesson, type LessonStep, type TeachOptions } from "../../packages/trainer/src/teach/lesson.ts";
import { toyConfig, writePairs } from "../../packages/trainer/test/support/toy-run.ts";
import { newVisitor, startBrowser, visit, type Visit } from "./support/browser.ts";
import { startServer, temporaryFolder } from "./support/place.ts";

const browser = await startBrowser();
const STEPS = 50;
/** Milliseconds that people notice. */
const LONGEST = 50;
/** Two of one source cannot both be learned, so that the lesson goes on. */
const PAIRS: readonly (readonly [string, string])[] = [
  ...Array.from({ length: 38 }, (_, i) => {
    const word = Array.from({ length: 1 + (i % 6) }, (__, k) => "abcdefgh"[(i * 3 + k * k) % 8]);
    return [word.join(""), word.toReversed().join("")] as const;
  }),
  ["abc", "a"],
  ["abc", "b"],
];
const OPTIONS: TeachOptions = { epochs: 13, learningRate: 0.01, replay: 16 };

/** A message of the worker. */
interface Told {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
  readonly event?: { readonly steps?: readonly LessonStep[] };
}

/** Largest difference over the first steps, relative to max(1, |loss|). */
const difference = (found: readonly number[], expected: readonly number[]): number =>
  Math.max(...expected.slice(0, STEPS).map((loss, i) => Math.abs(loss - (found[i] ?? Number.NaN)) / Math.max(1, Math.abs(loss))));

describe.skipIf(browser === undefined)("a model that is taught in its page", async () => {
  const folder = await temporaryFolder();
  const site = join(folder, "site");
  const server = await startServer();
  server.folder("/site/", site);
  server.page("/page", "", "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'");
  let opened: Visit;

  beforeAll(async () => {
    const { data, training } = toyConfig(writePairs(folder, 600));
    const side = { embedding: 16, hidden: 32 };
    const more = { epochs: 12, batchSize: 16, optimizer: "adam", learningRate: 0.01, saveEvery: 0 } as const;
    const config = resolveConfig({ data, encoder: side, decoder: side, training: { ...training, ...more } }, "test");
    for await (const _ of train({ folder: join(folder, "run"), config, createExecutor, buildInferenceGraphs }));
    await exportWeb(join(folder, "run"), { out: site, trainable: true });
  });
  afterEach(async () => {
    const { page, problems } = opened;
    await page.context().close();
    expect([...problems, ...server.violations.splice(0)]).toEqual([]);
  });

  async function open(path = "/site/teach.html"): Promise<Page> {
    opened = await visit(await newVisitor(browser!), server.origin + path);
    return opened.page;
  }

  async function ready(page: Page): Promise<void> {
    await page.waitForSelector("html[data-ready]");
  }

  async function fill(page: Page, pairs: readonly (readonly [string, string])[]): Promise<void> {
    for (const [i, [source, target]] of pairs.entries()) {
      await page.locator("[data-part=source]").nth(i).fill(source);
      await page.locator("[data-part=target]").nth(i).fill(target);
    }
  }

  const texts = (page: Page, part: string): Promise<string[]> => page.locator(`[data-part=${part}]`).allTextContents();
  const status = (page: Page): Promise<string | null> => page.locator("#status").textContent();
  const says = (page: Page, text: string) =>
    page.waitForFunction((wanted) => document.querySelector("#status")?.textContent?.includes(wanted), text);
  const steps = async (page: Page): Promise<number> =>
    Number(/in (\d+) steps/.exec((await page.locator("#chart").getAttribute("aria-label")) ?? "")?.[1] ?? 0);

  test("has Node's losses over 50 steps, in the worker as it is shipped", async () => {
    const inNode = async (device: "cpu" | "wasm"): Promise<number[]> => {
      const lesson = await Lesson.open(join(site, "bundle"), { device });
      const losses: number[] = [];
      for await (const { loss } of lesson.teach(PAIRS, OPTIONS)) losses.push(loss);
      await lesson.dispose();
      return losses;
    };
    const page = await open("/page");
    const inPage = await page.evaluate(
      async ([pairs, options, base]) => {
        const worker = new Worker(`${base}teach.worker.js`, { type: "module" });
        const losses: number[] = [];
        const call = (id: number, method: string, args: readonly unknown[]) =>
          new Promise<void>((resolve, reject) => {
            worker.addEventListener("message", ({ data }: MessageEvent<Told>) => {
              if (data.id !== id) return;
              losses.push(...(data.event?.steps ?? []).map(({ loss }) => loss));
              if (data.error !== undefined) reject(new Error(data.error));
              else if ("value" in data) resolve();
            });
            worker.postMessage({ id, method, args });
          });
        await call(1, "open", [`${base}bundle/`, false]);
        await call(2, "teach", [pairs, options]);
        worker.terminate();
        return losses;
      },
      [PAIRS, OPTIONS, `${server.origin}/site/`] as const,
    );
    expect(inPage.length).toBeGreaterThanOrEqual(STEPS);
    const cpu = await inNode("cpu");
    expect(difference(inPage, cpu)).toBeLessThan(1e-5);
    expect(difference(await inNode("wasm"), cpu)).toBeLessThan(1e-5);
    expect(cpu.at(-1)).toBeLessThan(cpu[0] as number);
  });

  test("learns while the page stays free, sends nothing anywhere, stops and goes on", async () => {
    const page = await open();
    await ready(page);
    await fill(page, PAIRS.slice(-2).concat([["hgfedc", "ab"]]));
    await page.locator("summary").click();
    await page.locator("#epochs").fill("500");
    await page.waitForFunction(() => document.querySelectorAll("[data-part=before]")[2]?.textContent !== "");
    server.requests.length = 0;
    await page.evaluate(() => {
      const tasks: number[] = [];
      Object.assign(globalThis, { tasks });
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
    });
    const stopAfter = async (least: number): Promise<number> => {
      await page.locator("#teach").click();
      await page.waitForFunction(
        (count) => Number(/in (\d+) steps/.exec(document.querySelector("#chart")!.ariaLabel!)?.[1]) >= count,
        least,
      );
      expect(await page.locator("#teach").textContent()).toBe("Stop");
      await page.locator("#teach").click();
      await says(page, "Stopped");
      // The browser tells of tasks a little later.
      await page.waitForTimeout(200);
      return page.evaluate(() => Math.max(0, ...(globalThis as never as { tasks: number[] }).tasks.splice(0)));
    };
    const longest = [await stopAfter(10)];
    expect(await page.locator("#teach").textContent()).toBe("Go on");
    let before = await steps(page);
    // The machine's own pauses count too, so the best of five lessons is taken; each generates answers and trains, which takes longer than that.
    while (longest.length < 2 || (Math.min(...longest) >= LONGEST && longest.length < 5)) {
      longest.push(await stopAfter(before + 10));
      expect(await steps(page)).toBeGreaterThan(before + 9);
      before = await steps(page);
    }
    expect(Math.min(...longest), String(longest)).toBeLessThan(LONGEST);
    expect((await page.locator("#chart .curve").getAttribute("points"))!.split(" ").length).toBeGreaterThan(19);
    expect(server.requests).toEqual([]);
  });

  test("says what it cannot learn and what it does not know", async () => {
    const page = await open();
    await ready(page);
    await page.locator("#teach").click();
    expect(await status(page)).toMatch(/^Fill in a text/);
    await fill(page, [
      ["ab?", "ba"],
      ["ab", "b@"],
    ]);
    await page.waitForFunction(() => document.querySelectorAll("[data-part=note]")[1]?.textContent !== "");
    expect((await texts(page, "source-note")).slice(0, 2)).toEqual(['The model does not know "?".', ""]);
    expect((await texts(page, "note")).slice(0, 2)).toEqual(["", 'The model cannot write "@": not in its vocabulary.']);
    expect(await page.locator("[data-part=target]").nth(1).getAttribute("aria-invalid")).toBe("true");
    await page.locator("#teach").click();
    await says(page, "pair 2: the model cannot write");
  });

  test("refuses steps of no length, and has room for its labels", async () => {
    const page = await open();
    await ready(page);
    await fill(page, [["ab", "ba"]]);
    await page.locator("summary").click();
    await page.locator("#learning-rate").fill("0");
    await page.locator("#teach").click();
    await says(page, "the learning rate must be above 0");
    for (const width of [400, 1200]) {
      await page.setViewportSize({ width, height: 800 });
      const left = await page.evaluate(() => {
        const labels = [...document.querySelectorAll<SVGTextElement>("#chart text")];
        labels[0]!.textContent = "0.888";
        return Math.min(...labels.map((label) => label.getBBox().x));
      });
      expect(left).toBeGreaterThan(0);
    }
  });

  test("is led by the keyboard alone", async () => {
    const page = await open();
    await ready(page);
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const focused = (): Promise<string | null | undefined> =>
      page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute("data-part"));
    await page.locator("[data-part=remove]").nth(1).focus();
    await press("Enter");
    expect([await focused(), await page.locator("#rows tr").count()]).toEqual(["source", 2]);
    await page.locator("#add").focus();
    await press("Enter");
    expect([await focused(), await page.locator("#rows tr").count()]).toEqual(["source", 3]);
    await page.keyboard.type("cafe");
    await press("Tab");
    await page.keyboard.type("face");
    await press("Enter");
    expect(await focused()).toBe("teach");
    await says(page, "answered as taught");
  });

  test("answers as taught, and as before once all is undone", async () => {
    const page = await open();
    await ready(page);
    const before = await load(join(site, "bundle"), { worker: false, device: "cpu" });
    const { text: original } = await before.generate("abab");
    await before.dispose();
    const taught = original === "hhhh" ? "gggg" : "hhhh";
    await fill(page, [["abab", taught]]);
    await page.waitForFunction(() => document.querySelector("[data-part=before]")?.textContent !== "");
    expect([await texts(page, "before"), await texts(page, "now")].map(([first]) => first)).toEqual([original, original]);
    await page.keyboard.press("Enter");
    await says(page, "1 of 1 answered as taught");
    expect([(await texts(page, "before"))[0], (await texts(page, "now"))[0]]).toEqual([original, taught]);

    const [file] = await Promise.all([page.waitForEvent("download"), page.locator("#download").click()]);
    expect(file.suggestedFilename()).toBe("weights.safetensors");
    const weights = await readFile(await file.path());
    const shipped = await readFile(join(site, "bundle", "weights.safetensors"));
    expect([weights.length, weights.equals(shipped)]).toEqual([shipped.length, false]);

    await page.locator("#undo").click();
    await says(page, "All undone");
    expect((await texts(page, "now"))[0]).toBe(original);
    expect(await steps(page)).toBe(0);
  });
});
