import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { exportWeb } from "@s2s/trainer";
import { load, type ModelInput, type Prediction, type PredictOptions } from "@s2s/runtime";
import type { S2sModelElement } from "@s2s/runtime/element";
import type { Page } from "playwright-core";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { type Kind, KINDS, LABELS, SERIES, writeTaskBundle } from "../support/task-bundles.ts";
import { png } from "../support/png.ts";
import { newVisitor, startBrowser, visit, type Visit } from "./support/browser.ts";
import { ELEMENT } from "./support/element.ts";
import { startServer, temporaryFolder } from "./support/place.ts";
import { webFiles } from "./support/web-files.ts";

/** Each kind of task in `<s2s-model>`, as a visitor works it, under a policy that allows nothing inline. */
const browser = await startBrowser();
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types s2s";
const SERIES_CSV = ["wind,day,pm", ...Array.from({ length: 7 }, (_, i) => `${i},${i % 2 === 0 ? "even" : "odd"},${40 + 3 * i}`)].join("\n");
const SERIES_ROWS = Array.from({ length: 7 }, (_, i) => ({ pm: 40 + 3 * i, wind: i }));

const PICTURE = Buffer.from(
  png({ width: 16, height: 12, data: Uint8Array.from({ length: 16 * 12 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 29) % 256)) }),
);

describe.skipIf(browser === undefined)("<s2s-model> for every task", async () => {
  const folder = await temporaryFolder();
  const server = await startServer();
  await mkdir(join(folder, "models"));
  for (const kind of Object.keys(KINDS) as Kind[]) await writeTaskBundle(join(folder, "models", kind), kind);
  server.folder("/", join(folder, "models"));
  for (const [name, path] of await webFiles()) server.file(`/${name}`, path);
  const context = browser && (await newVisitor(browser));
  afterAll(() => context?.close());

  let opened: Visit | undefined;
  afterEach(async () => {
    const problems = [...(opened?.problems ?? []), ...server.violations.splice(0)];
    await opened?.page.close();
    opened = undefined;
    expect(problems).toEqual([]);
  });
  async function open(kind: Kind, attributes = 'loading="eager"'): Promise<Page> {
    const body = `<script type="module" src="/s2s.js"></script>${ELEMENT(`/${kind}/`, attributes)}`;
    opened = await visit(context!, server.page("/page", body, POLICY));
    if (attributes.includes("eager"))
      await opened.page.waitForFunction(() => document.querySelector("s2s-model")?.matches(":state(ready)"));
    return opened.page;
  }
  const part = (page: Page, name: string) => page.locator(`s2s-model [part~=${name}]`);
  const value = (page: Page): Promise<string> => page.evaluate(() => document.querySelector("s2s-model")!.value);
  /** Waits until there is an answer, and gives it as a form would send it. */
  async function answer(page: Page): Promise<string> {
    await page.waitForFunction(() => {
      const element = document.querySelector("s2s-model")!;
      return element.value !== "" || element.matches(":state(failed)");
    });
    return value(page);
  }
  async function inNode<P extends Prediction>(kind: Kind, input: ModelInput, options: PredictOptions = {}): Promise<P> {
    const model = await load(join(folder, "models", kind), { device: "cpu", worker: false });
    const [found] = await model.predictAll([input], options);
    await model.dispose();
    return found as P;
  }

  test("classify: a text, and how probable each label is", async () => {
    const page = await open("classify");
    const { labels, label } = await inNode<Extract<Prediction, { label: string }>>("classify", "abc");
    await part(page, "input").fill("abc");
    await page.getByRole("button", { name: "Classify" }).click();
    expect(await answer(page)).toBe(label);
    expect(await page.getByRole("status", { name: "Answer" }).textContent()).toBe(label);
    const shown = await part(page, "labels").locator("li").allTextContents();
    expect(shown).toEqual(labels.map((each) => `${each.label} ${(100 * each.probability).toFixed(1)}%`));
    expect(shown).toHaveLength(LABELS.length);
  });

  test("tag: each token with its label", async () => {
    const page = await open("tag");
    const { labels } = await inNode<Extract<Prediction, { probabilities: unknown }>>("tag", "one six");
    await part(page, "input").fill("one six");
    await part(page, "input").press("Enter");
    expect(await answer(page)).toBe(labels.join(" "));
    expect(await part(page, "tag").allTextContents()).toEqual([`one ${labels[0]}`, `six ${labels[1]}`]);
  });

  test("generate: goes on with a prompt as it is drawn, and says with which seed", async () => {
    const page = await open("generate");
    const drawn = await inNode<Extract<Prediction, { text: string }>>("generate", "hg", { temperature: 0.5, seed: 7 });
    await page.evaluate(() => {
      const pieces: string[] = [];
      Object.assign(globalThis, { pieces });
      document.addEventListener("s2s-token", (event) => pieces.push((event as CustomEvent<{ text: string }>).detail.text));
    });
    await page.getByRole("textbox", { name: "Beginning of the text" }).fill("hg");
    await page.getByRole("spinbutton", { name: "Temperature" }).fill("0.5");
    await page.getByRole("spinbutton", { name: "Seed" }).fill("7");
    await page.getByRole("button", { name: "Continue" }).click();
    expect(await answer(page)).toBe(drawn.text);
    expect((await page.evaluate(() => (globalThis as never as { pieces: string[] }).pieces)).join("")).toBe(drawn.text);
    await page.getByRole("spinbutton", { name: "Seed" }).fill("");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForFunction(() =>
      /Seed \d+$/.test(document.querySelector("s2s-model")!.shadowRoot!.querySelector("[part=status]")!.textContent),
    );
    await page.getByRole("spinbutton", { name: "Temperature" }).fill("0");
    await page.getByRole("button", { name: "Continue" }).click();
    expect(await answer(page)).toBe((await inNode<Extract<Prediction, { text: string }>>("generate", "hg")).text);
  });

  test("generate: fields begin with the element's options, whenever they come, and with no chance beside beams", async () => {
    const page = await open("generate", 'task="generate" beams="2"');
    const temperature = page.getByRole("spinbutton", { name: "Temperature" });
    await temperature.waitFor();
    expect(await temperature.inputValue()).toBe("0");
    const asked = (options: PredictOptions) =>
      page.evaluate(async (given) => {
        const element = document.querySelector("s2s-model") as S2sModelElement;
        element.options = given;
        return (await element.predict<"generate">("hg")).text;
      }, options);
    const { text } = await inNode<Extract<Prediction, { text: string }>>("generate", "hg", { beams: 2 });
    expect(await asked({})).toBe(text);
    await page.evaluate(() => (document.querySelector("s2s-model")!.beams = 1));
    const drawn = await inNode<Extract<Prediction, { text: string }>>("generate", "hg", { temperature: 0.4, seed: 9 });
    expect(await asked({ temperature: 0.4, seed: 9 })).toBe(drawn.text);
    expect(await temperature.inputValue()).toBe("0.4");
    expect(await asked({ seed: 9 })).toBe(
      (await inNode<Extract<Prediction, { text: string }>>("generate", "hg", { temperature: 0.7, seed: 9 })).text,
    );
    const beams = await page.evaluate(
      async () => (await document.querySelector("s2s-model")!.predict<"generate">("hg", { beams: 2 })).text,
    );
    expect(beams).toBe(text);
    // What the visitor wrote stays, until the form is reset.
    await temperature.fill("0.1");
    await page.evaluate(() => (document.querySelector("s2s-model") as S2sModelElement).formResetCallback());
    expect(await temperature.inputValue()).toBe("0.7");
    await temperature.fill("0");
    expect(await asked({ temperature: 0.4 })).toBe((await inNode<Extract<Prediction, { text: string }>>("generate", "hg")).text);
  });

  test("answers the text of the moment of asking, whatever is written while the model loads", async () => {
    const page = await open("classify", 'task="classify"');
    const sources = await page.evaluate(async () => {
      const element = document.querySelector("s2s-model") as S2sModelElement;
      const sources: unknown[] = [];
      element.addEventListener("s2s-result", (event) => sources.push((event as CustomEvent<{ source: unknown }>).detail.source));
      const asked = element.predict("abc");
      element.text = "hgf";
      await asked;
      return sources;
    });
    expect(sources).toEqual(["abc"]);
  });

  test("forecast: rows that are pasted or of a file, and what comes as a chart and a table", async () => {
    const page = await open("forecast");
    const { steps } = await inNode<Extract<Prediction, { steps: unknown }>>("forecast", SERIES_ROWS);
    const expected = (steps as readonly { pm: number }[]).map(({ pm }) => pm);
    const numbers = (csv: string): number[] => csv.split("\n").slice(1).map(Number);
    await page.getByRole("textbox", { name: "Last rows of the series" }).fill(SERIES_CSV.replaceAll(",", "\t"));
    await part(page, "input").press("Enter");
    expect(await value(page)).toBe("");
    await part(page, "input").press("Control+Enter");
    const pasted = await answer(page);
    expect(pasted).toMatch(/^pm\n/);
    for (const [i, number] of numbers(pasted).entries()) expect(number).toBeCloseTo(expected[i]!, 2);
    expect(await part(page, "table").locator("tbody tr").count()).toBe(3);
    expect(await part(page, "chart").textContent()).toMatch(/^pm/);
    // A file's last rows, of the columns that the model reads, are what is shown and asked.
    await part(page, "file").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from(SERIES_CSV) });
    await page.waitForFunction(
      (rows) => document.querySelector("s2s-model")!.text === rows,
      ["pm,wind", ...SERIES_ROWS.slice(-SERIES.window).map(({ pm, wind }) => `${pm},${wind}`)].join("\n"),
    );
    expect(await answer(page)).toBe(pasted);
  });

  test("what cannot be read is said beside the input in the library's words", async () => {
    const page = await open("forecast");
    const refused: Record<string, string> = {
      "pm\n1": "CSV: has no column wind; it has pm",
      "pm,wind\n1,2": "the input has 1 row, but this model looks back upon 5",
      [SERIES_CSV.replace("52", "many")]: 'row 5: pm is no number but "many"',
      [SERIES_CSV.replaceAll(",", "\t").replace("52", "52,5")]: 'row 5: pm is no number but "52,5"',
      [`${SERIES_CSV},1`]: "CSV: row 7 is cut into 4, but there are 3 columns",
    };
    for (const [csv, message] of Object.entries(refused)) {
      await part(page, "input").fill(csv);
      await part(page, "button").click();
      await page.getByRole("alert").getByText(message).waitFor();
      expect(await part(page, "input").getAttribute("aria-describedby")).toBe("error");
    }
    expect(opened!.problems.splice(0)).toHaveLength(5);
    // Nothing to ask is nothing to complain about.
    await part(page, "input").fill("");
    await part(page, "button").click();
    expect(await page.getByRole("alert").count()).toBe(0);
    await part(page, "input").fill(SERIES_CSV);
    await part(page, "button").click();
    expect(await answer(page)).not.toBe("");
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  test("caption: a picture that is chosen, dropped, or given by a script", async () => {
    const page = await open("caption", 'task="caption" label="A picture"');
    // The page has said what it will be, so the field is there before the model is.
    const field = page.getByLabel("A picture");
    const { text } = await inNode<Extract<Prediction, { text: string }>>("caption", PICTURE);
    await field.setInputFiles({ name: "a.png", mimeType: "image/png", buffer: PICTURE });
    expect(await answer(page)).toBe(text);
    expect(await page.getByRole("img", { name: "a.png" }).isVisible()).toBe(true);
    const bytes = PICTURE.toString("base64");
    await page.evaluate((data) => {
      const element = document.querySelector("s2s-model")!;
      element.value = "";
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], "b.png", { type: "image/png" }));
      const event = new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
      element.shadowRoot!.querySelector("[part~=drop]")!.dispatchEvent(event);
    }, bytes);
    expect(await answer(page)).toBe(text);
    const asked = await page.evaluate(async (data) => {
      const element = document.querySelector("s2s-model")!;
      const blob = new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))]);
      return (await element.predict<"caption">(blob)).text;
    }, bytes);
    expect(asked).toBe(text);
    // What a script has given is what the button asks about; a form that is reset has no picture.
    const results = () =>
      page.evaluate(() => (globalThis as never as { results: unknown[] }).results.splice(0).map((source) => source instanceof ImageData));
    await page.evaluate(async () => {
      const element = document.querySelector("s2s-model") as S2sModelElement;
      const results: unknown[] = [];
      Object.assign(globalThis, { results });
      element.addEventListener("s2s-result", (event) => results.push((event as CustomEvent<{ source: unknown }>).detail.source));
      await element.predict(new ImageData(16, 12));
      element.value = "";
    });
    await part(page, "button").click();
    await answer(page);
    expect(await results()).toEqual([true, true]);
    await page.evaluate(() => (document.querySelector("s2s-model") as S2sModelElement).formResetCallback());
    expect(await page.getByRole("img").count()).toBe(0);
    await part(page, "button").click();
    expect([await value(page), await results()]).toEqual(["", []]);
    await field.setInputFiles({ name: "none.png", mimeType: "image/png", buffer: Buffer.from("none") });
    await page.getByRole("alert").getByText("the picture cannot be read").waitFor();
    opened!.problems.splice(0);
  });

  test.each([
    ["vector", [1, 0, -1, 2, 0.5]],
    [
      "frames",
      [0, 1].map((t) =>
        [0, 1, 2].map((c) => Array.from({ length: 6 }, (_, y) => Array.from({ length: 8 }, (__, x) => ((x + y + c + t) % 5) / 5))),
      ),
    ],
  ] as const)("caption: numbers as JSON (%s)", async (kind, input) => {
    const page = await open(kind);
    const { text } = await inNode<Extract<Prediction, { text: string }>>(kind, input as ModelInput);
    await page.getByRole("textbox", { name: "Numbers, as JSON" }).fill(JSON.stringify({ source: input }));
    await page.getByRole("button", { name: "Describe" }).click();
    expect(await answer(page)).toBe(text);
    await part(page, "input").fill("[1,");
    await part(page, "button").click();
    await page.getByRole("alert").getByText("the input is not JSON: ").waitFor();
    opened!.problems.splice(0);
  });

  test.each(["draw", "write"] as const)("draw: a picture that can be saved, the same for the same seed (%s)", async (kind) => {
    const page = await open(kind);
    if (kind === "write") await part(page, "input").fill("dcba");
    else expect(await part(page, "input").isVisible()).toBe(false);
    await page.getByRole("spinbutton", { name: "Seed" }).fill("3");
    await page.getByRole("spinbutton", { name: "Neatness" }).fill("2");
    await part(page, "button").click();
    const first = await answer(page);
    expect(first).toMatch(/^<svg [^]*<\/svg>$/);
    const path = part(page, "drawing").locator("path");
    expect(first).toContain(` d="${await path.getAttribute("d")}"`);
    expect(await part(page, "save").getAttribute("download")).toBe("drawing.svg");
    expect(await part(page, "output").textContent()).toMatch(/^A drawing of \d+ points$/);
    await page.evaluate(() => void (document.querySelector("s2s-model")!.value = ""));
    await part(page, "button").click();
    expect(await answer(page)).toBe(first);
  });

  test("belongs to forms, and reads its own words and those of its language", async () => {
    const page = await open("classify", 'loading="eager" lang="de" send-label="Los" name="language"');
    await page.evaluate(() => {
      const element = document.querySelector("s2s-model") as S2sModelElement;
      (element.constructor as typeof S2sModelElement).setLanguage("de", { classify: "Einordnen", send: "Übersetzen" });
    });
    expect(await part(page, "button").textContent()).toBe("Los");
    await page.evaluate(() => document.querySelector("s2s-model")!.removeAttribute("send-label"));
    expect(await part(page, "button").textContent()).toBe("Einordnen");
  });

  test("a model of another task than the page's is refused, and the console says what it is", async () => {
    const page = await open("classify", 'task="forecast"');
    expect(await page.getByRole("textbox", { name: "Last rows of the series" }).isVisible()).toBe(true);
    await part(page, "input").focus();
    await page.getByRole("alert").waitFor();
    expect(opened!.problems.splice(0).join()).toMatch(/<s2s-model task="forecast">: the model at \S+ is one for task="classify"/);
  });

  test("the page of an exported site tries it at once, on a narrow screen too", async () => {
    const site = join(folder, "site");
    await exportWeb(join(folder, "models", "forecast"), { out: site });
    server.folder("/site/", site);
    opened = await visit(context!, `${server.origin}/site/`);
    const { page } = opened;
    await page.setViewportSize({ width: 320, height: 640 });
    await page.getByRole("button", { name: "Fill in made-up numbers" }).click();
    expect(await answer(page)).toMatch(/^pm\n/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    expect(await page.locator("#snippet").textContent()).toContain('task="forecast"></s2s-model>');
    await page.getByText("Settings").click();
    expect([await page.getByLabel("Device").isVisible(), await page.getByLabel("Beams").isVisible()]).toEqual([true, false]);
  });
});
