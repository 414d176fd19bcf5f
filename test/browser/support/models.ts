import { load, SPECIAL_TOKENS, Tokenizer } from "@s2s/runtime";
import { buildInferenceGraphs, exportBundle, exportWeb, modelConfig, resolveConfig, textSides } from "@s2s/trainer";
import type { Precision } from "@s2s/runtime/manifest";
import { drawnWeights } from "../../support/drawn-weights.ts";

export interface RandomModel {
  readonly hidden?: number;
  readonly seed?: number;
  readonly letters?: string;
  readonly maxTargetLength?: number;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz ";

/** A bundle with random weights: its answers make no sense, but Node and a page must give the same. */
export async function writeRandomModel(folder: string, options: RandomModel = {}): Promise<void> {
  const { hidden = 16, seed = 1, letters = LETTERS, maxTargetLength = 24 } = options;
  const tokenizer = new Tokenizer({ unit: "char", tokens: [...SPECIAL_TOKENS, ...letters] });
  const side = { embedding: hidden, hidden, layers: 1 };
  const size = { source: tokenizer.size, target: tokenizer.size };
  const model = modelConfig(resolveConfig({ encoder: side, decoder: side }, "test"), size);
  const weights = drawnWeights(model, seed, 4);
  const source = { tokenizer, maxLength: 64 };
  const { manifest, files } = textSides({ source, target: { ...source, maxLength: maxTargetLength } });
  await exportBundle(folder, { model, weights, manifest: { task: "translate", ...manifest }, files, training: {} }, buildInferenceGraphs);
}

/** What the model answers in Node. */
export async function answerInNode(folder: string, text: string): Promise<string> {
  const model = await load(folder, { device: "cpu", worker: false });
  try {
    return (await model.generate(text)).text;
  } finally {
    await model.dispose();
  }
}

/** A site with the model of a bundle. */
export async function writeSite(folder: string, bundle: string, precisions?: readonly Precision[]): Promise<void> {
  await exportWeb(bundle, { out: folder, precisions });
}
