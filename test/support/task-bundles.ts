import { SPECIAL_TOKENS, Tokenizer } from "@s2s/runtime";
import type { Manifest, ModelConfig, OutputOf, Precision } from "@s2s/runtime/manifest";
import { buildInferenceGraphs, exportBundle, textSides } from "@s2s/trainer";
import { storeWeights } from "../../packages/trainer/src/export/store-weights.ts";
import { drawnWeights } from "./drawn-weights.ts";

export const LETTERS = "abcdefgh";
export const LABELS = ["north", "east", "south", "west"];
export const SERIES = {
  inputs: [
    { name: "pm", mean: 50, deviation: 20 },
    { name: "wind", mean: 3, deviation: 2 },
  ],
  outputs: ["pm"],
  window: 5,
};
export const SHAPE = { channels: 3, height: 6, width: 8 } as const;
export const STROKE_SCALE = 4;

const chars = new Tokenizer({ unit: "char", tokens: [...SPECIAL_TOKENS, ...LETTERS] });
const words = new Tokenizer({ unit: "word", tokens: [...SPECIAL_TOKENS, ..."one two three four five six".split(" ")] });
const recurrent = { cell: "gru", hidden: 9, layers: 1, residual: false } as const;
const encoder = { ...recurrent, bidirectional: true, reverseSource: false };
const image = { ...SHAPE, filters: [4], kernel: 3, normalization: "none" as const, features: 7 };
const tokensOf = (vocabulary: number, rest: Partial<OutputOf<"tokens">> = {}): OutputOf<"tokens"> => ({
  kind: "tokens",
  vocabulary,
  embedding: 6,
  ...recurrent,
  bridge: "linear",
  context: "initial",
  attention: "none",
  coverage: false,
  inputFeeding: false,
  copy: false,
  tied: false,
  shared: false,
  ...rest,
});
const charsIn = { kind: "tokens", vocabulary: chars.size, embedding: 6 } as const;
const wordsIn = { kind: "tokens", vocabulary: words.size, embedding: 6 } as const;
const strokes = { kind: "strokes", mixtures: 3, cell: "gru", hidden: 9, layers: 1 } as const;
export type Made = Pick<Manifest, "task" | "model"> & { source?: Tokenizer; target?: Tokenizer } & Partial<
    Pick<Manifest, "series" | "strokeScale">
  >;

/** A model of each kind of input and output that answers are read from. */
export const KINDS = {
  translate: {
    task: "translate",
    model: { input: wordsIn, encoder, output: tokensOf(words.size, { attention: "general" }) },
    source: words,
    target: words,
  },
  classify: { task: "classify", model: { input: charsIn, encoder, output: { kind: "label", classes: 4, pooling: "mean" } }, source: chars },
  tag: { task: "tag", model: { input: wordsIn, encoder, output: { kind: "labels", classes: 4 } }, source: words },
  generate: {
    task: "generate",
    model: { input: { kind: "none" }, encoder: null, output: tokensOf(chars.size, { bridge: "zero" }) },
    target: chars,
  },
  forecast: {
    task: "forecast",
    model: {
      input: { kind: "vectors", width: 2 },
      encoder: { ...encoder, bidirectional: false },
      output: { kind: "numbers", width: 1, steps: 3, mode: "recursive", indices: [0] },
    },
    series: SERIES,
  },
  caption: { task: "caption", model: { input: { kind: "image", ...image }, encoder: null, output: tokensOf(chars.size) }, target: chars },
  vector: { task: "caption", model: { input: { kind: "vector", width: 5 }, encoder: null, output: tokensOf(chars.size) }, target: chars },
  frames: {
    task: "caption",
    model: { input: { kind: "frames", ...image }, encoder, output: tokensOf(chars.size, { attention: "dot", hidden: 18 }) },
    target: chars,
  },
  draw: {
    task: "draw",
    model: { input: { kind: "none" }, encoder: null, output: { ...strokes, attention: "none" } },
    strokeScale: STROKE_SCALE,
  },
  write: {
    task: "draw",
    model: { input: charsIn, encoder, output: { ...strokes, attention: "additive" } },
    source: chars,
    strokeScale: STROKE_SCALE,
  },
} satisfies Readonly<Record<string, Made>>;
export type Kind = keyof typeof KINDS;

/** Writes a bundle with random weights of a decided opinion. */
export const writeTaskBundle = (folder: string, kind: Kind, seed = 1): Promise<Manifest> => writeMadeBundle(folder, KINDS[kind], { seed });

/** The same of any model. @param scale of the weights, against those that training begins with */
export async function writeMadeBundle(
  folder: string,
  { task, model, source, target, ...rest }: Made,
  { seed = 1, scale = 3, precisions = ["float32"] }: { seed?: number; scale?: number; precisions?: readonly Precision[] } = {},
): Promise<Manifest> {
  const config: ModelConfig = model;
  const weights = drawnWeights(config, seed, scale);
  const sides = textSides({
    ...(source && { source: { tokenizer: source, maxLength: 12 } }),
    ...(target && { target: { tokenizer: target, maxLength: 10 } }),
  });
  const labels =
    config.output.kind === "label" || config.output.kind === "labels" ? { file: "labels.json", size: LABELS.length } : undefined;
  const manifest = { task, ...sides.manifest, ...rest, ...(labels && { labels }), ...lengthsOf(config, sides.manifest) };
  const files = { ...sides.files, ...(labels && { "labels.json": JSON.stringify(LABELS) }) };
  const variants = precisions.map((precision) => ({ precision, weights: () => storeWeights(config, weights, precision) }));
  return exportBundle(folder, { model: config, weights, manifest, files, training: {}, variants }, buildInferenceGraphs);
}

function lengthsOf({ input, output }: ModelConfig, sides: Pick<Manifest, "maxSourceLength" | "maxTargetLength">) {
  const sequence = input.kind === "vectors" || input.kind === "frames";
  return {
    maxSourceLength: sequence ? 5 : sides.maxSourceLength,
    maxTargetLength: output.kind === "strokes" ? 20 : sides.maxTargetLength,
  };
}
