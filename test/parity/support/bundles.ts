import { initialize, traceInference } from "@s2s/graph-builder";
import { END_ID, SPECIAL_TOKENS, Tokenizer } from "@s2s/runtime";
import type { ModelConfig, Precision, Seq2SeqConfig } from "@s2s/runtime/manifest";
import { type State, buildInferenceGraphs, exportBundle, textSides } from "@s2s/trainer";
import { storeWeights } from "../../../packages/trainer/src/export/store-weights.ts";

/**
 * Factors of the initial weights. They make logits and answers differ from source to source and from step to step: near-uniform logits, or a decoder
 * that says the same to everything, would hide errors.
 */
const FACTORS: readonly (readonly [name: RegExp, factor: number])[] = [
  // Scales of a normalisation: larger ones would make a recurrence chaotic, in which any rounding grows without bound.
  [/\.layers\..*\.s[xhc]$/, 1],
  [/^decoder\.readout/, 5],
  [/^decoder\.embedding/, 0.7],
  [/^decoder\..*\.wh/, 4],
  [/./, 2.5],
];
/** Added to the logit of `</s>`, so that some answers end. */
const END_BIAS = 1;

/** A model's weights without training, a function of the seed. */
export function drawnWeights(model: ModelConfig, seed: number): State {
  return new Map(
    traceInference(model).parameters.map((spec) => {
      const factor = FACTORS.find(([name]) => name.test(spec.name))![1];
      const data = initialize(spec, seed).map((value) => value * factor);
      if (spec.name === "decoder.readout.b") data[END_ID]! += END_BIAS;
      return [spec.name, { shape: spec.shape, data }];
    }),
  );
}

const tokenizerOf = (size: number): Tokenizer =>
  new Tokenizer({ unit: "word", tokens: [...SPECIAL_TOKENS, ...Array.from({ length: size - SPECIAL_TOKENS.length }, (_, i) => `t${i}`)] });

export interface DrawnBundle {
  readonly model: Seq2SeqConfig;
  readonly seed?: number;
  readonly precisions?: readonly Precision[];
  readonly maxLength?: number;
}

/** Writes a bundle of drawn weights. */
export async function writeDrawnBundle(
  folder: string,
  { model, seed = 1, precisions = ["float32"], maxLength = 24 }: DrawnBundle,
): Promise<void> {
  const side = (size: number) => ({ tokenizer: tokenizerOf(size), maxLength });
  const weights = drawnWeights(model, seed);
  const { manifest, files } = textSides({ source: side(model.input.vocabulary), target: side(model.output.vocabulary) });
  const parts = {
    model,
    weights,
    manifest: { task: "translate" as const, ...manifest },
    files,
    training: {},
    variants: precisions.map((precision) => ({ precision, weights: () => storeWeights(model, weights, precision) })),
  };
  await exportBundle(folder, parts, buildInferenceGraphs);
}
