import { join } from "node:path";
import { load, type ModelInput } from "@s2s/runtime";
import { afterAll, describe, expect, test } from "vitest";
import { KINDS, type Kind, writeTaskBundle } from "../support/task-bundles.ts";
import { newVisitor, startBrowser, visit } from "./support/browser.ts";
import { startServer, temporaryFolder } from "./support/place.ts";
import { webFiles } from "./support/web-files.ts";

const browser = await startBrowser();
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src 'self' blob: data:";

/** Gives the tests what a page imports. */
const SCRIPT = '<script type="module" src="/page.js"></script>';

/** Inputs that can be written as JSON; pictures are made in the page. */
const PIXELS = { width: 16, height: 12, data: Array.from({ length: 16 * 12 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 29) % 256)) };
const INPUTS: Readonly<Record<Kind, unknown>> = {
  translate: "one two",
  classify: "abc",
  tag: "one six",
  generate: "hg",
  forecast: Array.from({ length: 5 }, (_, i) => ({ pm: 40 + i, wind: i })),
  caption: PIXELS,
  vector: [1, 0, -1, 2, 0.5],
  frames: [PIXELS, PIXELS],
  draw: "",
  write: "dcba",
};

/** Rounding differs; what is written of it stands beside it as numbers. */
const near = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (name, part: unknown) => {
    if (name === "svg") return expect.stringMatching(/^<svg /);
    return typeof part === "number" ? expect.closeTo(part, 3) : part;
  });

/** As a page's ImageData. */
const withBytes = (input: unknown): unknown =>
  Array.isArray(input) ? input.map(withBytes) : input === PIXELS ? { ...PIXELS, data: Uint8ClampedArray.from(PIXELS.data) } : input;

describe.skipIf(browser === undefined)("a page predicts", async () => {
  const folder = await temporaryFolder();
  const server = await startServer();
  for (const kind of Object.keys(KINDS) as Kind[]) {
    await writeTaskBundle(join(folder, kind), kind);
    server.folder(`/${kind}/`, join(folder, kind));
  }
  for (const [name, path] of await webFiles()) server.file(`/${name}`, path);
  server.answer("/page.js", { body: 'import { load } from "/s2s.js"; Object.assign(globalThis, { load });' });
  const context = browser && (await newVisitor(browser));
  afterAll(() => context?.close());

  test.each(Object.keys(KINDS) as Kind[])("with a model that can %s, as Node does", async (kind) => {
    const model = await load(join(folder, kind), { worker: false });
    // A drawing's samples depend on every bit; its means do not.
    const options = { ...(KINDS[kind].task === "draw" && { temperature: 0, maxLength: 5 }) };
    const expected = await model.predictAll([withBytes(INPUTS[kind]) as ModelInput], options);
    await model.dispose();
    const { page, problems } = await visit(context!, server.page("/page", SCRIPT, POLICY));
    const found = await page.evaluate(
      async ([address, input, given]) => {
        const { load } = globalThis as never as typeof import("@s2s/runtime");
        const isPixels = (value: unknown): value is { data: number[]; width: number } =>
          typeof value === "object" && value !== null && "data" in value;
        const pixels = (value: unknown): unknown =>
          Array.isArray(value)
            ? value.map(pixels)
            : isPixels(value)
              ? new ImageData(Uint8ClampedArray.from(value.data), value.width)
              : value;
        const loaded = await load(address as string);
        const answers = await loaded.predictAll([pixels(input) as never], given as object);
        await loaded.dispose();
        return { thread: loaded.thread.kind, answers };
      },
      [`/${kind}/`, INPUTS[kind], options] as const,
    );
    expect(found).toEqual({ thread: "worker", answers: near(expected) });
    expect([...problems, ...server.violations.splice(0)]).toEqual([]);
    await page.close();
  });

  test("of a picture as element, canvas, file and bitmap alike, and says what is no picture", async () => {
    const { page, problems } = await visit(context!, server.page("/page", SCRIPT, POLICY));
    const { texts, refused } = await page.evaluate(
      async ([width, data]) => {
        const { load } = globalThis as never as typeof import("@s2s/runtime");
        const canvas = document.createElement("canvas");
        const image = new ImageData(Uint8ClampedArray.from(data as number[]), width as number);
        [canvas.width, canvas.height] = [image.width, image.height];
        canvas.getContext("2d")!.putImageData(image, 0, 0);
        const blob = (await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve)))!;
        const element = new Image();
        element.src = URL.createObjectURL(blob);
        await element.decode();
        const model = await load("/caption/");
        const answers = await model.predictAll<"caption">([
          image,
          canvas,
          blob,
          new File([blob], "a.png"),
          element,
          await createImageBitmap(blob),
        ]);
        const [none] = await model.predictAll([new Blob(["none"])]);
        await model.dispose();
        return { texts: answers.map((answer) => ("text" in answer ? answer.text : answer.error)), refused: none };
      },
      [PIXELS.width, PIXELS.data] as const,
    );
    expect(new Set(texts).size).toBe(1);
    expect(texts).toHaveLength(6);
    expect(refused).toEqual({ error: expect.stringMatching(/^the picture cannot be read: /) });
    expect(problems).toEqual([]);
    await page.close();
  });
});
