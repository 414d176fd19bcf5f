import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openBundle } from "../src/bundle.ts";
import type { DownloadProgress } from "../src/source/progress.ts";
import { openSource, type BundleSource } from "../src/source/source.ts";
import { refusal } from "./support/refusal.ts";
import { countdownFiles, type Files, manifestOf, sealFiles } from "./support/served-bundle.ts";

const bundle = countdownFiles();
const manifest = manifestOf(bundle);
const open = async (source: BundleSource) => openBundle(await openSource(source));
const why = (source: unknown) => refusal(() => open(source as BundleSource));

/** As a folder upload gives them. */
function upload(files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): File[] {
  return Object.entries(files).map(([path, bytes]) =>
    Object.defineProperty(new File([bytes], path.split("/").at(-1)!), "webkitRelativePath", { value: path }),
  );
}
const inFolder = (folder: string, files: Files = bundle) =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${folder}/${name}`, bytes]));

describe("files that the caller has", () => {
  const forms: [string, BundleSource][] = [
    ["bytes by name", bundle],
    ["buffers by name", Object.fromEntries(Object.entries(bundle).map(([name, bytes]) => [name, bytes.buffer.slice()]))],
    ["blobs by name", Object.fromEntries(Object.entries(bundle).map(([name, bytes]) => [name, new Blob([bytes])]))],
    ["bytes by path", inFolder("a/b")],
    ["parts of a larger buffer", Object.fromEntries(Object.entries(bundle).map(([name, bytes]) => [name, inside(bytes)]))],
    ["shared memory", Object.fromEntries(Object.entries(bundle).map(([name, bytes]) => [name, shared(bytes)]))],
    ["a list of files", Object.entries(bundle).map(([name, bytes]) => new File([bytes], name))],
    ["an uploaded folder", upload(inFolder("bundle"))],
    ["an uploaded run, beside others of its files", upload({ ...inFolder("run/bundle"), "run/config.json": new Uint8Array() })],
    ["an uploaded folder with one inside", upload({ ...inFolder("run"), ...inFolder("run/older") })],
  ];
  test.each(forms)("may be %s", async (_, source) => {
    const { files, source: vocabulary } = await open(source);
    expect(vocabulary!.size).toBe(20);
    for (const info of manifest.files) expect(await files.read(info)).toEqual(bundle[info.name]);
  });

  function inside(bytes: Uint8Array): Uint8Array {
    const larger = new Uint8Array(bytes.length + 20);
    larger.set(bytes, 7);
    return larger.subarray(7, 7 + bytes.length);
  }
  function shared(bytes: Uint8Array): Uint8Array {
    const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
    copy.set(bytes);
    return copy;
  }

  test("report how far they are read", async () => {
    const events: DownloadProgress[] = [];
    await openBundle(await openSource(bundle, { onProgress: (event) => void events.push(event) }));
    const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(events.at(-1)).toMatchObject({ loaded: total, total });
  });

  test("are refused where there is no bundle, or which one is open", async () => {
    expect(await why({})).toMatch(/^the given files hold no s2s\.json; give all files of a bundle, or one \.onnx file$/);
    expect(await why([])).toMatch(/hold no s2s\.json/);
    expect(await why({ "a.onnx": new Uint8Array(), "b.onnx": new Uint8Array() })).toMatch(/hold no s2s\.json/);
    expect(await why({ ...inFolder("a"), ...inFolder("b") })).toBe(
      "the files hold several bundles (a/s2s.json, b/s2s.json); give one of them",
    );
    expect(await why({ ...bundle, "weights.safetensors": "text" })).toMatch(/weights\.safetensors: is no file's content; give a Blob/);
    expect(await why([undefined])).toMatch(/undefined: is no file's content/);
    for (const nothing of [null, undefined, 7, true]) expect(await why(nothing)).toMatch(/a model is loaded from a path/);
    expect(await why({ "s2s.json": new Blob([new Uint8Array(2 ** 24 + 1)]) })).toMatch(/s2s\.json: is too large \(16777217 bytes/);
  });

  test("that were moved since they were chosen are said to be so", async () => {
    const moved = Object.defineProperty(new File([bundle["s2s.json"]!], "s2s.json"), "arrayBuffer", {
      value: async () => Promise.reject(new DOMException("The file was not found", "NotFoundError")),
    });
    expect(await why([moved])).toBe("s2s.json: cannot be read (The file was not found); has the file been moved or changed?");
  });

  test("stop at the signal", async () => {
    const controller = new AbortController();
    const files = await openSource(bundle, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(openBundle(files)).rejects.toThrow("enough");
    await expect(openSource(bundle, { signal: controller.signal })).rejects.toThrow("enough");
  });
});

describe("whatever is wrong with a file, the user is told and nothing else happens:", () => {
  const names = Object.keys(bundle);
  const name = fc.constantFrom(...names);

  test("bits flipped", async () => {
    await fc.assert(
      fc.asyncProperty(name, fc.nat(), fc.integer({ min: 1, max: 255 }), async (name, seed, flip) => {
        const bytes = bundle[name]!.slice();
        bytes[seed % bytes.length]! ^= flip;
        const opened = await open({ ...bundle, [name]: bytes }).catch((error: unknown) => error);
        // The manifest's own bytes have no checksum: a number in it may be another and still be right.
        if (name !== "s2s.json" || opened instanceof Error) expect(opened).toMatchObject({ name: "UserError" });
        else expect(opened).toHaveProperty("variant");
      }),
      { numRuns: 300 },
    );
  });

  test("cut off, lengthened, missing, swapped", async () => {
    await fc.assert(
      fc.asyncProperty(name, name, fc.nat(), async (name, other, seed) => {
        const bytes = bundle[name]!;
        await why({ ...bundle, [name]: bytes.slice(0, seed % bytes.length) });
        if (name !== "s2s.json") await why({ ...bundle, [name]: Uint8Array.from([...bytes, 0x20]) });
        await why(Object.fromEntries(Object.entries(bundle).filter(([key]) => key !== name)));
        // Both vocabularies are the same bytes.
        const same = Buffer.compare(bundle[name]!, bundle[other]!) === 0;
        if (!same) await why({ ...bundle, [name]: bundle[other]!, [other]: bundle[name]! });
      }),
      { numRuns: 100 },
    );
  });

  test("deep, long and huge JSON, with checksums that fit", async () => {
    const text = (value: string) => new TextEncoder().encode(value);
    const texts = [
      "[".repeat(1e5),
      `${"[".repeat(1e5)}${"]".repeat(1e5)}`,
      `[${"1e999,".repeat(1e4)}1]`,
      `{"__proto__":[]}`,
      "1e999",
      '"\\ud800"',
    ];
    for (const json of texts) {
      expect(await why(sealFiles({ ...bundle, "target.json": text(json) }))).toMatch(/^target\.json: /);
      expect(await why({ ...bundle, "s2s.json": text(json) })).toMatch(/^s2s\.json: /);
    }
  });
});
