import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Bundle, graphSource, openBundle, type OpenOptions } from "../src/bundle.ts";
import { requireAgreement } from "../src/check-graph.ts";
import { openPath, readBundle } from "../src/folder.ts";
import type { GraphInfo, Manifest } from "../src/manifest.ts";
import { createSession, type GraphSource, Tensor } from "../src/ort.ts";
import { openSource } from "../src/source/source.ts";
import { refusal } from "./support/refusal.ts";
import { countdownFiles, type Files, manifestOf, sealFiles, withSecondVariant } from "./support/served-bundle.ts";
import { GENERATE } from "./support/single-file.ts";

const one = countdownFiles();
const two = withSecondVariant(one);
const open = async (files: Files, options?: OpenOptions) => openBundle(await openSource(files), options);
const why = (files: Files, options?: OpenOptions) => refusal(() => open(files, options));

const root = mkdtempSync(join(tmpdir(), "s2s-bundle-"));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
async function writeFolder(files: Files): Promise<string> {
  const folder = join(root, String((folders += 1)));
  await mkdir(folder);
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  return folder;
}

describe("the variant", () => {
  test("is the first that runs here, or the one that is named", async () => {
    expect((await open(two)).variant.precision).toBe("int8");
    expect((await open(two, { precision: "auto", supports: ({ precision }) => precision !== "int8" })).variant.precision).toBe("float32");
    expect((await open(two, { precision: "float32" })).variant.precision).toBe("float32");
    expect((await open(two, { precision: "int8", supports: () => false })).variant.precision).toBe("int8");
  });

  test("that is not there is refused, with those that are", async () => {
    expect(await why(two, { precision: "float16" })).toBe('s2s.json: has no precision "float16"; it has int8, float32');
    expect(await why(one, { precision: "int4" as "int8" })).toBe('s2s.json: has no precision "int4"; it has float32');
    expect(await why(two, { supports: () => false })).toMatch(/^s2s\.json: none of its precisions \(int8, float32\) runs on this device/);
  });

  test("of a folder must have weights, or nothing says what its graph must be", async () => {
    const manifest: Manifest = { ...manifestOf(one), variants: [{ precision: "float32", graphs: { generate: GENERATE } }] };
    expect(await why(sealFiles(one, manifest))).toMatch(/^s2s\.json: no variant can be used, since it has no weights beside its graphs/);
  });

  test("alone is looked over, and every file where that is asked for", async () => {
    const damaged = { ...two, "weights.safetensors": new Uint8Array(5) };
    await expect(open(damaged)).resolves.toMatchObject({ variant: { precision: "int8" } });
    expect(await why(damaged, { precision: "float32" })).toMatch(/^weights\.safetensors: has 5 bytes/);
    expect(await why(damaged, { every: true })).toMatch(/^weights\.safetensors: has 5 bytes/);
    const folder = await writeFolder(damaged);
    await expect(openPath(folder).then((files) => openBundle(files))).resolves.toMatchObject({ variant: { precision: "int8" } });
    expect(await refusal(() => readBundle(folder))).toMatch(/weights\.safetensors: has 5 bytes/);
  });
});

test("a vocabulary that is too large is not read", async () => {
  const manifest = manifestOf(one);
  const files = manifest.files.map((file) => (file.name === "target.json" ? { ...file, bytes: 2 ** 29 } : file));
  const text = new TextEncoder().encode(JSON.stringify({ ...manifest, files }));
  expect(await why({ ...one, "s2s.json": text })).toBe("target.json: is too large (536870912 bytes, at most 268435456 are read)");
});

describe("graphs", () => {
  const graphs = ({ variant }: Bundle) => variant.graphs as { readonly encoder: GraphInfo; readonly decoder: GraphInfo };

  async function logits(source: GraphSource, info: GraphInfo): Promise<unknown> {
    const session = await createSession(source, { threads: 1 });
    requireAgreement("decoder.onnx", info, session);
    const states = { sum: new Tensor("float32", [9], [1, 1]), stride: new Tensor("float32", [2, 2], [1, 2]) };
    const output = await session.run({ token: new Tensor("int32", [2], [1]), ...states });
    await session.release();
    return output["logits"]?.data;
  }

  test("run alike from a folder and from memory, with the weights that they point into", async () => {
    const inMemory = await open(one);
    const inFolder = await readBundle(await writeFolder(one));
    const path = await graphSource(inFolder, graphs(inFolder).decoder);
    const bytes = await graphSource(inMemory, graphs(inMemory).decoder);
    expect(path).toEqual({ path: inFolder.files.locate("decoder.onnx"), externalData: ["weights.safetensors"] });
    expect(bytes).toMatchObject({ bytes: one["decoder.onnx"], externalData: [{ path: "weights.safetensors" }] });
    // The decoder starts at the sum, and an id's logit is its negated squared distance.
    const expected = Float32Array.from({ length: 20 }, (_, id) => -((id - 9) ** 2));
    expect(await logits(bytes, graphs(inMemory).decoder)).toEqual(expected);
    expect(await logits(path, graphs(inFolder).decoder)).toEqual(expected);
  });

  test("for training are fetched when they are asked for, and checked", async () => {
    const graph = { file: "train.onnx", inputs: [], outputs: [] };
    const trainable = {
      graph,
      optimizer: "sgd" as const,
      slots: [],
      learningRate: 1,
      dropout: false,
      teacherForcing: 1,
      labelSmoothing: 0,
      coverageWeight: 0,
    };
    const manifest = { ...manifestOf(one), trainable, files: [...manifestOf(one).files, { name: "train.onnx", bytes: 0, sha256: "" }] };
    const files = sealFiles({ ...one, "train.onnx": Uint8Array.of(1, 2, 3) }, manifest);
    expect(await graphSource(await open(files), graph)).toEqual({ bytes: Uint8Array.of(1, 2, 3), externalData: [] });
    const damaged = await open({ ...files, "train.onnx": Uint8Array.of(1, 2, 4) });
    expect(await refusal(() => graphSource(damaged, graph))).toMatch(/^train\.onnx: its SHA-256 is not the manifest's/);
    const folder = await writeFolder({ ...files, "train.onnx": Uint8Array.of(1, 2) });
    const inFolder = await openBundle(await openPath(folder));
    expect(await refusal(() => graphSource(inFolder, graph))).toMatch(/train\.onnx: has 2 bytes instead of 3/);
  });

  test("that are not what the manifest says are refused", async () => {
    const bundle = await open(one);
    const { encoder, decoder } = graphs(bundle);
    const session = await createSession(await graphSource(bundle, decoder), { threads: 1 });
    try {
      expect(() => requireAgreement("d.onnx", decoder, session)).not.toThrow();
      expect(() => requireAgreement("d.onnx", encoder, session)).toThrow("d.onnx: source is not int32 [B, S], as the manifest says");
      expect(() => requireAgreement("d.onnx", { ...decoder, inputs: decoder.inputs.slice(1) }, session)).toThrow(/has other inputs/);
      const wide = decoder.outputs.map((info) => (info.name === "logits" ? { ...info, shape: ["B", 21] } : info));
      expect(() => requireAgreement("d.onnx", { ...decoder, outputs: wide }, session)).toThrow(/logits is not float32 \[B, 21\]/);
    } finally {
      await session.release();
    }
  });
});

test("a file that is read is read once more with its checksum, since it may have changed meanwhile", async () => {
  const folder = await writeFolder(one);
  const { files, manifest } = await readBundle(folder);
  const info = manifest.files.find(({ name }) => name === "encoder.onnx")!;
  expect(await files.read(info)).toEqual(one["encoder.onnx"]);
  await writeFile(
    join(folder, info.name),
    one["encoder.onnx"]!.map((byte) => byte ^ 1),
  );
  expect(await refusal(() => files.read(info))).toMatch(/encoder\.onnx: its SHA-256 is not the manifest's/);
  rmSync(join(folder, info.name));
  await symlink("/etc/hostname", join(folder, info.name));
  expect(await refusal(() => files.read(info))).toMatch(/encoder\.onnx: leads out of the bundle's folder/);
});
