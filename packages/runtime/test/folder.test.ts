import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../src/errors.ts";
import { readBundle, resolveBundle } from "../src/folder.ts";
import { load } from "../src/load.ts";
import type { Manifest } from "../src/manifest.ts";
import { LETTERS, seal, writeCountdown } from "./countdown.ts";

const root = mkdtempSync(join(tmpdir(), "s2s-folder-"));
afterAll(() => rmSync(root, { recursive: true }));

const folder = join(root, "bundle");
const file = (name: string) => join(folder, name);
let manifest: Manifest;
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  manifest = writeCountdown(folder);
});

// A thread of its own for each would only take longer.
const open = (path: string) => load(path, { worker: false });

async function refusal(action: () => Promise<unknown>): Promise<string> {
  const error = await action().then(
    () => new Error("was accepted"),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).not.toContain("\n");
  return (error as Error).message;
}

describe("a path", () => {
  test("may be a bundle, a run that holds one, or a link to either", async () => {
    symlinkSync(folder, join(root, "link"));
    expect(await resolveBundle(folder)).toBe(folder);
    expect(await resolveBundle(root)).toBe(folder);
    for (const path of [folder, root, join(root, "link")]) {
      const bundle = await readBundle(path);
      expect(bundle.manifest).toEqual(manifest);
      expect(bundle.source!.tokens.slice(4)).toEqual([...LETTERS]);
      expect(bundle.target!.size).toBe(20);
    }
  });

  test("that is not there, is empty or is a file is refused", async () => {
    mkdirSync(join(root, "empty"), { recursive: true });
    expect(await refusal(() => readBundle(join(root, "none")))).toMatch(/none: there is no such folder; give a bundle/);
    expect(await refusal(() => readBundle(join(root, "empty")))).toMatch(
      /empty: holds no model \(neither s2s\.json nor bundle\/s2s\.json\)/,
    );
    expect(await refusal(() => readBundle(file("s2s.json")))).toMatch(/s2s\.json: holds no model/);
  });
});

describe("damage to any file is found before the file is used:", () => {
  const names = ["weights.safetensors", "encoder.onnx", "decoder.onnx", "source.json", "target.json"];

  test.each(names)("%s missing, truncated, extended, changed", async (name) => {
    const bytes = readFileSync(file(name));
    rmSync(file(name));
    expect(await refusal(() => open(folder))).toBe(`${file(name)}: is missing`);
    writeFileSync(file(name), bytes.subarray(0, -1));
    expect(await refusal(() => open(folder))).toContain(
      `${file(name)}: has ${bytes.length - 1} bytes instead of ${bytes.length}, so it is truncated`,
    );
    writeFileSync(file(name), Buffer.concat([bytes, Buffer.of(0)]));
    expect(await refusal(() => open(folder))).toContain(
      `${file(name)}: has ${bytes.length + 1} bytes instead of ${bytes.length}, so it is changed`,
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        writeFileSync(file(name), damaged);
        expect(await refusal(() => readBundle(folder))).toContain(`${file(name)}: its SHA-256 is not the manifest's`);
      }),
      { numRuns: 10 },
    );
  });

  test("s2s.json truncated, not UTF-8, too large", async () => {
    const bytes = readFileSync(file("s2s.json"));
    for (const length of [0, 1, 100, bytes.length - 1]) {
      writeFileSync(file("s2s.json"), bytes.subarray(0, length));
      expect(await refusal(() => open(folder))).toContain(`${file("s2s.json")}: is not JSON (damaged or truncated)`);
    }
    writeFileSync(file("s2s.json"), Buffer.concat([bytes, Buffer.of(0xc3, 0x28)]));
    expect(await refusal(() => open(folder))).toContain(`${file("s2s.json")}: is not UTF-8 text`);
    truncateSync(file("s2s.json"), 2 ** 30);
    expect(await refusal(() => open(folder))).toContain(`${file("s2s.json")}: is too large (1073741824 bytes`);
  });
});

describe("what an attacker writes, with checksums that fit, is refused:", () => {
  test.each(["weights.safetensors", "source.json", "s2s.json"])("%s as a link out of the folder", async (name) => {
    renameSync(file(name), join(root, "outside"));
    symlinkSync(join(root, "outside"), file(name));
    expect(await refusal(() => open(folder))).toContain(`${file(name)}: leads out of the bundle's folder`);
  });

  test("a link that leads nowhere or to itself, a folder, a pipe", async () => {
    const name = file("target.json");
    rmSync(name);
    symlinkSync("none", name);
    expect(await refusal(() => open(folder))).toBe(`${name}: is missing`);
    rmSync(name);
    symlinkSync(name, name);
    expect(await refusal(() => open(folder))).toBe(`${name}: is a link to itself`);
    rmSync(name);
    mkdirSync(name);
    expect(await refusal(() => open(folder))).toContain(`${name}: is not a file`);
    rmSync(name, { recursive: true });
    if (process.platform === "win32") return;
    execFileSync("mkfifo", [name]);
    expect(await refusal(() => open(folder))).toContain(`${name}: is not a file`);
  });

  test("a file that may not be read", async () => {
    chmodSync(file("target.json"), 0);
    // Root reads everything: then the bundle is simply good.
    const asRoot = process.getuid?.() === 0 || process.platform === "win32";
    if (asRoot) await expect(readBundle(folder)).resolves.toMatchObject({ manifest });
    else expect(await refusal(() => readBundle(folder))).toContain("may not be read; change its permissions");
  });

  const vocabulary = (tokens: readonly string[]): string => {
    const json = JSON.parse(readFileSync(file("target.json"), "utf8"));
    return JSON.stringify({ ...json, model: { ...json.model, vocab: Object.fromEntries(tokens.map((token, id) => [token, id])) } });
  };
  const special = ["<pad>", "<unk>", "<s>", "</s>"];
  const vocabularies: [string, () => string, RegExp][] = [
    ["too few tokens", () => vocabulary([...special, "a"]), /target\.json: has 5 tokens, but the manifest says 20/],
    ["no special tokens", () => vocabulary([...LETTERS, ..."0123"]), /target\.json: entry 0 must be <pad>/],
    ["a token twice", () => vocabulary([...special, ...LETTERS.slice(1), "b"]), /target\.json: model\.vocab must give each id from 0 on/],
    ["no JSON", () => "<html>", /target\.json: is not JSON/],
  ];
  test.each(vocabularies)("a vocabulary with %s", async (_, text, message) => {
    writeFileSync(file("target.json"), text());
    seal(folder, manifest);
    expect(await refusal(() => open(folder))).toMatch(message);
  });

  test("a graph that is none, or the other graph", async () => {
    const bytes = readFileSync(file("encoder.onnx"));
    writeFileSync(file("encoder.onnx"), "no graph at all");
    seal(folder, manifest);
    expect(await refusal(() => open(folder))).toContain(`${file("encoder.onnx")}: ONNX Runtime cannot load this graph`);
    writeFileSync(file("encoder.onnx"), bytes.subarray(0, bytes.length / 2));
    seal(folder, manifest);
    expect(await refusal(() => open(folder))).toContain(`${file("encoder.onnx")}: `);
    writeFileSync(file("encoder.onnx"), readFileSync(file("decoder.onnx")));
    seal(folder, manifest);
    expect(await refusal(() => open(folder))).toContain(`${file("encoder.onnx")}: source is not int32 [B, S], as the manifest says`);
  });

  test("a graph with an operator that does not exist", async () => {
    const bytes = readFileSync(file("encoder.onnx"));
    bytes.write("ReduceXyz", bytes.indexOf("ReduceSum"));
    writeFileSync(file("encoder.onnx"), bytes);
    seal(folder, manifest);
    expect(await refusal(() => open(folder))).toMatch(/encoder\.onnx: ONNX Runtime cannot load this graph \(.*ReduceXyz/);
  });

  test("weights that end too early for the graph", async () => {
    writeFileSync(file("weights.safetensors"), readFileSync(file("weights.safetensors")).subarray(0, -8));
    seal(folder, manifest);
    expect(await refusal(() => open(folder))).toContain(`${file("decoder.onnx")}: ONNX Runtime cannot load this graph`);
  });

  test("a hard link is a file like any other", async () => {
    renameSync(file("target.json"), join(root, "outside"));
    linkSync(join(root, "outside"), file("target.json"));
    await expect(readBundle(folder)).resolves.toMatchObject({ manifest });
  });
});
