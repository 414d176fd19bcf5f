import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { graphSource, openBundle } from "../src/bundle.ts";
import { openPath, resolveBundle } from "../src/folder.ts";
import { readModelMetadata } from "../src/source/model-metadata.ts";
import { openSource, type BundleSource } from "../src/source/source.ts";
import { encodeModel, tensor } from "./onnx.ts";
import { refusal } from "./support/refusal.ts";
import { countdownFiles, manifestOf } from "./support/served-bundle.ts";
import { field, GENERATE, metadataEntry, singleFile, singleFileParts, varint } from "./support/single-file.ts";

const bundle = countdownFiles();
const text = (name: string) => new TextDecoder().decode(bundle[name]);
const graph = encodeModel({
  nodes: [{ op: "Identity", inputs: ["w"], outputs: ["y"] }],
  initializers: [tensor("w", [1000], new Float32Array(1000))],
  inputs: [],
  outputs: [{ name: "y", shape: [1000] }],
});
// The vocabularies differ, so that they cannot be taken for each other.
const target = text("target.json").replace('"p"', '"q"');
const parts = singleFileParts(manifestOf(bundle), text("source.json"), target);
const model = singleFile(graph, parts);

const folder = mkdtempSync(join(tmpdir(), "s2s-single-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "model.onnx");
writeFileSync(path, model);

const open = async (source: BundleSource) => openBundle(await openSource(source, { openPath }));
const why = (source: BundleSource) => refusal(() => open(source));

describe("a model in one file", () => {
  const forms: [string, BundleSource][] = [
    ["bytes", model],
    ["a buffer", model.buffer],
    ["a blob", new Blob([model])],
    ["a file", new File([model], "dates.onnx")],
    ["the only file of an upload", [new File([model], "dates.onnx")]],
    ["a record", { "dates.onnx": model }],
  ];
  test.each(forms)("may be %s", async (_, source) => {
    const opened = await open(source);
    expect(opened.source!.tokens.at(-1)).toBe("p");
    expect(opened.target!.tokens.at(-1)).toBe("q");
    expect(await graphSource(opened, GENERATE)).toEqual({ bytes: model });
  });

  test("on disk is opened by ONNX Runtime", async () => {
    for (const source of [path, pathToFileURL(path), pathToFileURL(path).href]) {
      const opened = await open(source);
      expect(opened.target!.tokens.at(-1)).toBe("q");
      expect(await graphSource(opened, GENERATE)).toEqual({ path });
    }
  });

  test("may be named by a folder that holds no other, but not by one that holds a bundle or several", async () => {
    const alone = join(folder, "alone");
    mkdirSync(alone);
    writeFileSync(join(alone, "dates.onnx"), model);
    writeFileSync(join(alone, "README.md"), "");
    for (const source of [alone, pathToFileURL(alone)]) {
      const opened = await open(source);
      expect(opened.target!.tokens.at(-1)).toBe("q");
      expect(await graphSource(opened, GENERATE)).toEqual({ path: join(alone, "dates.onnx") });
    }
    for (const path of [alone, join(alone, "dates.onnx")])
      expect(await refusal(() => resolveBundle(path))).toMatch(
        /dates\.onnx: is a model in one file, which can only generate; give the run/,
      );
    writeFileSync(join(alone, "other.onnx"), graph);
    expect(await why(alone)).toMatch(/alone: holds no model \(neither s2s\.json nor/);
    rmSync(join(alone, "dates.onnx"));
    expect(await why(alone)).toMatch(/other\.onnx: holds no s2s\.manifest in its metadata/);
    expect(await refusal(() => resolveBundle(alone))).toMatch(/other\.onnx: holds no s2s\.manifest in its metadata/);
    mkdirSync(join(alone, "bundle"));
    for (const [name, bytes] of Object.entries(bundle)) writeFileSync(join(alone, "bundle", name), bytes);
    expect((await open(alone)).target!.tokens.at(-1)).toBe("p");
  });

  test("needs metadata that s2s wrote", async () => {
    expect(await why({ "a.onnx": graph })).toBe(
      "a.onnx: holds no s2s.manifest in its metadata; give the bundle's folder, or a file that s2s export --single-file wrote",
    );
    const without = Buffer.concat([graph, metadataEntry("s2s.manifest", JSON.stringify(parts.manifest))]);
    expect(await why(without)).toMatch(/^the given file: holds no s2s\.tokenizer\.(source|target) in its metadata/);
    expect(await why({ "a.onnx": Buffer.concat([graph, metadataEntry("s2s.manifest", "<html>")]) })).toMatch(
      /^a\.onnx \(s2s\.manifest\): is not JSON/,
    );
    expect(await why(Buffer.concat([model, metadataEntry("s2s.manifest", "{}")]))).toMatch(/its metadata have "s2s\.manifest" twice/);
  });

  test("that is not there, or is no file, is refused", async () => {
    expect(await why(join(folder, "none.onnx"))).toBe(`${join(folder, "none.onnx")}: is missing`);
    mkdirSync(join(folder, "folder.onnx"));
    expect(await why(join(folder, "folder.onnx"))).toMatch(/folder\.onnx: holds no model/);
    if (process.platform === "win32") return;
    execFileSync("mkfifo", [join(folder, "pipe.onnx")]);
    expect(await why(join(folder, "pipe.onnx"))).toMatch(/pipe\.onnx: is not a file/);
  });

  test("has tokenisers with checksums", async () => {
    expect(await why(singleFile(graph, { ...parts, target: target.replace('"q"', '"r"') }))).toMatch(
      /^the given file \(s2s\.tokenizer\.target\): its SHA-256 is not the manifest's/,
    );
    expect(await why(singleFile(graph, { ...parts, source: target, target: parts.source }))).toMatch(/its SHA-256 is not/);
  });

  test("cannot point to weights or files outside of it", async () => {
    const outside = { ...parts, manifest: manifestOf(bundle) };
    expect(await why(singleFile(graph, outside))).toMatch(/no variant can be used, since it is in a single file but has weights outside/);
    const trained = { file: "train.onnx", inputs: [], outputs: [] };
    const trainable = {
      graph: trained,
      optimizer: "sgd" as const,
      slots: [],
      learningRate: 1,
      dropout: false,
      teacherForcing: 1,
      labelSmoothing: 0,
      coverageWeight: 0,
    };
    const files = [...parts.manifest.files, { name: "train.onnx", bytes: 3, sha256: "0".repeat(64) }];
    const opened = await open(singleFile(graph, { ...parts, manifest: { ...parts.manifest, trainable, files } }));
    expect(await refusal(() => graphSource(opened, trained))).toMatch(/its manifest lists train\.onnx, which is not in it/);
  });

  test("may have one tokeniser for both sides", async () => {
    const shared = singleFileParts(manifestOf(bundle), parts.source, parts.source);
    const manifest = {
      ...shared.manifest,
      target: { ...shared.manifest.target!, file: shared.manifest.source!.file },
      files: shared.manifest.files.slice(0, 1),
    };
    expect((await open(singleFile(graph, { ...shared, manifest }))).target!.tokens.at(-1)).toBe("p");
  });
});

describe("metadata", () => {
  const read = (bytes: Uint8Array, log: number[] = []) =>
    readModelMetadata("m.onnx", {
      size: bytes.length,
      read: async (offset, end) => {
        log.push(end - offset);
        return bytes.subarray(offset, end);
      },
    });

  test("are found wherever they stand, whatever they hold", async () => {
    const entries = fc.dictionary(fc.string({ maxLength: 20 }), fc.string());
    await fc.assert(
      fc.asyncProperty(entries, entries, async (before, after) => {
        const fields = (record: Record<string, string>) => Object.entries(record).map(([key, value]) => metadataEntry(key, value));
        const shared = Object.keys(before).some((key) => Object.hasOwn(after, key));
        const bytes = Buffer.concat([...fields(before), graph, ...fields(after)]);
        if (shared) {
          await refusal(() => read(bytes));
          return;
        }
        const found = [...(await read(bytes))].map(([key, value]) => [key, Buffer.from(value).toString()]);
        const given = [...Object.entries(before), ...Object.entries(after)].map(([key, value]) => [key, Buffer.from(value).toString()]);
        expect(found).toEqual(given);
      }),
    );
  });

  test("are read without reading the graph", async () => {
    const log: number[] = [];
    await read(model, log);
    const entries = model.length - graph.length;
    expect(log.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(entries + 400);
    expect(graph.length).toBeGreaterThan(4000);
  });

  test("of other kinds of fields are skipped", async () => {
    const others = Buffer.from([25, ...Array(8).fill(1), 29, 1, 1, 1, 1, 24, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
    const entry = Buffer.concat([others, field(1, Buffer.from("k")), others, field(2, Buffer.from("v")), others]);
    expect(await read(Buffer.concat([others, field(14, entry), others]))).toEqual(new Map([["k", Buffer.from("v")]]));
  });

  const bombs: [string, Uint8Array, RegExp][] = [
    ["millions of tiny fields", Buffer.alloc(4e6, Buffer.from([8, 1])), /has more than 10000 fields/],
    ["an entry of tiny fields", field(14, Buffer.alloc(4e6, Buffer.from([24, 1]))), /its metadata are damaged/],
    ["an entry that ends early", field(14, Buffer.from([10, 5, 65])), /its metadata are damaged/],
    ["a length past the end", Buffer.from([114, ...varint(100), 0]), /is not an ONNX model, or is cut off/],
    ["the largest length", Buffer.from([114, ...Array(9).fill(255), 1]), /is not an ONNX model, or is cut off/],
    ["a number without end", Buffer.alloc(100, 255), /is not an ONNX model/],
    ["a group, which has no length", Buffer.from([11, 12]), /is not an ONNX model/],
    ["text", Buffer.from("<!doctype html><title>Not found</title>"), /is not an ONNX model/],
  ];
  test.each(bombs)("with %s are refused", async (_, bytes, message) => {
    expect(await refusal(() => read(bytes))).toMatch(message);
  });

  test("that claim more than the file holds are not waited for", async () => {
    const log: number[] = [];
    await refusal(() => read(Buffer.concat([Buffer.from([114, ...varint(2 ** 40)]), Buffer.alloc(1000)]), log));
    expect(Math.max(...log)).toBeLessThanOrEqual(20);
  });
});

test("whatever is damaged, the user is told: bits flipped and files cut off, in memory and on disk", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), async (seed, flip, cut) => {
      const at = seed % model.length;
      const damaged = model.slice(0, cut ? at : model.length);
      if (!cut) damaged[at]! ^= flip;
      writeFileSync(join(folder, "damaged.onnx"), damaged);
      const results = [];
      for (const source of [damaged, join(folder, "damaged.onnx")]) {
        results.push(
          await open(source).then(
            ({ manifest }) => manifest,
            (error: Error) => error.name,
          ),
        );
      }
      expect(results[0]).toEqual(results[1]);
      if (cut) expect(results[0]).toBe("UserError");
      // Only the graph, which has no checksum here, and what a manifest says freely may have changed unnoticed.
      else if (typeof results[0] === "string") expect(results[0]).toBe("UserError");
    }),
    { numRuns: 400 },
  );
});
