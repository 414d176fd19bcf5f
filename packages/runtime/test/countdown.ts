import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serializeTokenizer } from "../src/tokenizers/serialize.ts";
import { Tokenizer } from "../src/tokenizers/tokenizer.ts";
import { SPECIAL_TOKENS } from "../src/vocabulary.ts";
import type { GraphInfo, Manifest } from "../src/manifest.ts";
import { encodeModel, externalTensor, tensor, type TestGraph } from "./onnx.ts";

/**
 * A bundle with a model whose answers are known. With ids a = 4 ... p = 19 it counts down: it starts at the sum of the source's ids,
 * goes on by the number of source tokens from the token that it gave last, and always gives the id that is nearest and allowed.
 * So it is wrong whenever padding, lengths, fed tokens or rows of states are.
 */
export const LETTERS = "abcdefghijklmnop";
const SIZE = 4 + LETTERS.length;
const TO_FLOAT = { to: 1 };

const encoder: TestGraph = {
  nodes: [
    { op: "Cast", inputs: ["source"], outputs: ["ids"], attributes: TO_FLOAT },
    { op: "ReduceSum", inputs: ["ids", "last"], outputs: ["initial.sum"] },
    { op: "Cast", inputs: ["source_lengths"], outputs: ["lengths"], attributes: TO_FLOAT },
    { op: "Unsqueeze", inputs: ["lengths", "last"], outputs: ["column"] },
    { op: "Sub", inputs: ["column", "strides"], outputs: ["initial.stride"] },
  ],
  // In two columns, since the states of a model may differ in width.
  initializers: [tensor("last", [1], BigInt64Array.of(1n)), tensor("strides", [2], Float32Array.of(1, 1))],
  inputs: [
    { name: "source", shape: ["B", "S"], type: "int32" },
    { name: "source_lengths", shape: ["B"], type: "int32" },
  ],
  outputs: [
    { name: "initial.sum", shape: ["B", 1] },
    { name: "initial.stride", shape: ["B", 2] },
  ],
};

const decoder: TestGraph = {
  nodes: [
    { op: "Cast", inputs: ["token"], outputs: ["id"], attributes: TO_FLOAT },
    { op: "Unsqueeze", inputs: ["id", "last"], outputs: ["column"] },
    { op: "Equal", inputs: ["column", "start"], outputs: ["first"] },
    { op: "Gather", inputs: ["stride", "zero"], outputs: ["own"], attributes: { axis: 1 } },
    { op: "Sub", inputs: ["column", "own"], outputs: ["lower"] },
    { op: "Where", inputs: ["first", "sum", "lower"], outputs: ["aim"] },
    { op: "Sub", inputs: ["weights", "aim"], outputs: ["distance"] },
    { op: "Mul", inputs: ["distance", "distance"], outputs: ["square"] },
    { op: "Neg", inputs: ["square"], outputs: ["logits"] },
    { op: "Identity", inputs: ["sum"], outputs: ["next.sum"] },
    { op: "Identity", inputs: ["stride"], outputs: ["next.stride"] },
  ],
  initializers: [
    tensor("last", [1], BigInt64Array.of(1n)),
    tensor("zero", [1], BigInt64Array.of(0n)),
    tensor("start", [1], Float32Array.of(2)),
  ],
  inputs: [
    { name: "token", shape: ["B"], type: "int32" },
    { name: "sum", shape: ["B", 1] },
    { name: "stride", shape: ["B", 2] },
  ],
  outputs: [
    { name: "logits", shape: ["B", SIZE] },
    { name: "next.sum", shape: ["B", 1] },
    { name: "next.stride", shape: ["B", 2] },
  ],
};

const info = ({ inputs, outputs }: TestGraph, file: string): GraphInfo => {
  const describe = ({ name, shape, type = "float32" }: TestGraph["inputs"][number]) => ({ name, type, shape: [...shape] });
  return { file, inputs: inputs.map(describe), outputs: outputs.map(describe) };
};

/** One tensor [1, SIZE] behind a header of safetensors. */
function safetensors(data: Float32Array): { readonly bytes: Uint8Array; readonly offset: number } {
  const header = JSON.stringify({ ids: { dtype: "F32", shape: [1, data.length], data_offsets: [0, data.byteLength] } });
  const offset = 8 + Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(offset + data.byteLength).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(offset - 8), true);
  bytes.set(new TextEncoder().encode(header), 8);
  bytes.set(new Uint8Array(data.buffer), offset);
  return { bytes, offset };
}

export interface CountdownOptions {
  readonly tokens?: "char" | "word";
  readonly maxSourceLength?: number;
  readonly maxTargetLength?: number;
  /** The decoder's only weights (default: the ids). */
  readonly weights?: Float32Array;
}

/** Writes the bundle and returns its manifest. */
export function writeCountdown(folder: string, options: CountdownOptions = {}): Manifest {
  const { tokens = "char", maxSourceLength = 8, maxTargetLength = 20 } = options;
  const weights = safetensors(options.weights ?? Float32Array.from({ length: SIZE }, (_, id) => id));
  const external = externalTensor("weights", [1, SIZE], "weights.safetensors", weights.offset);
  const tokenizer = serializeTokenizer(new Tokenizer({ unit: tokens, tokens: [...SPECIAL_TOKENS, ...LETTERS] }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "weights.safetensors"), weights.bytes);
  writeFileSync(join(folder, "encoder.onnx"), encodeModel(encoder));
  writeFileSync(join(folder, "decoder.onnx"), encodeModel({ ...decoder, initializers: [...decoder.initializers, external] }));
  writeFileSync(join(folder, "source.json"), tokenizer);
  writeFileSync(join(folder, "target.json"), tokenizer);
  const side = { cell: "lstm", hidden: 5, layers: 1, residual: false } as const;
  return seal(folder, {
    formatVersion: 3,
    task: "translate",
    model: {
      input: { kind: "tokens", vocabulary: SIZE, embedding: 3 },
      encoder: { ...side, bidirectional: false, reverseSource: false },
      output: {
        kind: "tokens",
        vocabulary: SIZE,
        embedding: 3,
        ...side,
        bridge: "copy",
        context: "initial",
        attention: "none",
        coverage: false,
        inputFeeding: false,
        copy: false,
        tied: false,
        shared: false,
      },
    },
    source: { tokens, file: "source.json", size: SIZE },
    target: { tokens, file: "target.json", size: SIZE },
    special: { pad: 0, unknown: 1, start: 2, end: 3 },
    maxSourceLength,
    maxTargetLength,
    variants: [
      {
        precision: "float32",
        graphs: { encoder: info(encoder, "encoder.onnx"), decoder: info(decoder, "decoder.onnx") },
        weights: "weights.safetensors",
      },
    ],
    states: ["sum", "stride"].map((name, i) => ({ initial: `initial.${name}`, input: name, output: `next.${name}`, shape: [i + 1] })),
    memory: [],
    parameters: [{ name: "ids", type: "float32", shape: [1, SIZE] }],
    files: ["weights.safetensors", "encoder.onnx", "decoder.onnx", "source.json", "target.json"].map((name) => ({
      name,
      bytes: 0,
      sha256: "",
    })),
    training: { createdBy: "test" },
  });
}

/** Writes the manifest with sizes and checksums of the files as they are now: what an attacker would do. */
export function seal(folder: string, manifest: Manifest): Manifest {
  const files = manifest.files.map(({ name }) => {
    const bytes = readFileSync(join(folder, name));
    return { name, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  });
  const sealed = { ...manifest, files };
  writeFileSync(join(folder, "s2s.json"), JSON.stringify(sealed));
  return sealed;
}

/** What the model must answer, by definition. */
export function countDown(text: string, maxLength = 20): { readonly tokens: string[]; readonly truncated: boolean } {
  const ids = Array.from(text, (letter) => (LETTERS.includes(letter) ? LETTERS.indexOf(letter) + 4 : 1));
  const tokens: string[] = [];
  let aim = ids.reduce((sum, id) => sum + id, 3);
  while (tokens.length < maxLength) {
    const allowed = Array.from({ length: SIZE }, (_, id) => id).filter((id) => id !== 0 && id !== 2);
    const id = allowed.reduce((best, other) => (Math.abs(other - aim) < Math.abs(best - aim) ? other : best));
    if (id === 3) return { tokens, truncated: false };
    tokens.push(id === 1 ? "<unk>" : (LETTERS[id - 4] ?? ""));
    aim = id - ids.length;
  }
  return { tokens, truncated: true };
}
