import { readBundle, SPECIAL_TOKENS, Tokenizer, type Bundle } from "@s2s/runtime";
import { drawnWeights } from "../../../../test/support/drawn-weights.ts";
import { buildInferenceGraphs } from "../../src/build-inference.ts";
import type { Config } from "../../src/config.ts";
import type { State } from "../../src/executor.ts";
import { exportBundle } from "../../src/export.ts";
import { modelConfig } from "../../src/model-config.ts";
import { textSides } from "../../src/tasks/text-sides.ts";
import { addTrainable } from "../../src/trainable.ts";

const LETTERS = [..."abcdefgh"];
const tokenizer = new Tokenizer({ unit: "char", tokens: [...SPECIAL_TOKENS, ...LETTERS] });

/**
 * Which first weights: another seed gives others. Adam divides by the gradient's size, so from some weights on roundings grow to 1e-4 in 50 steps,
 * whatever computes them; from these they stay below 1e-5.
 */
const SEED = 4;

/** The model's own first weights. */
export function firstWeights(config: Config): State {
  return drawnWeights(modelConfig(config, { source: tokenizer.size, target: tokenizer.size }), SEED);
}

/** Writes a trainable bundle of characters a to h, untrained unless it is given weights, and opens it. */
export async function trainableBundle(folder: string, config: Config, weights: State = firstWeights(config)): Promise<Bundle> {
  const model = modelConfig(config, { source: tokenizer.size, target: tokenizer.size });
  const side = { tokenizer, maxLength: 12 } as const;
  const { manifest, files } = textSides({ source: side, target: side });
  const parts = { model, weights, manifest: { task: "translate" as const, ...manifest }, files, training: { seed: config.training.seed } };
  await addTrainable(folder, await exportBundle(folder, parts, buildInferenceGraphs), config);
  return readBundle(folder);
}

/** Pairs of a word and the word backwards, a function of the number. */
export function examples(count: number, from = 0): [string, string][] {
  return Array.from({ length: count }, (_, i) => {
    const word = Array.from({ length: 1 + ((from + i) % 7) }, (_, k) => LETTERS[((from + i) * 5 + k * k * 3 + k) % 8]);
    return [word.join(""), word.toReversed().join("")];
  });
}
