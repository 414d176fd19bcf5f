import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readBundle, SPECIAL_TOKENS, Tokenizer } from "@s2s/runtime";
import type { ModelConfig } from "@s2s/runtime/manifest";
import { drawnWeights } from "../../../../test/support/drawn-weights.ts";
import { buildInferenceGraphs } from "../../src/build-inference.ts";
import { decodeWithBundle } from "../../src/decode-bundle.ts";
import type { StateTensor } from "../../src/executor.ts";
import { exportBundle } from "../../src/export.ts";
import { resolveConfig } from "../../src/load-config.ts";
import { modelConfig } from "../../src/model-config.ts";
import { textSides } from "../../src/tasks/text-sides.ts";

const LETTERS = "abcdefghij";
const HIDDEN = 12;
/** First weights are a function of it and of the parameters' names: one whose answers are clear, as most are. */
const SEED = 1;

const SIZE = 4 + LETTERS.length;

export const model: ModelConfig = modelConfig(
  resolveConfig({ encoder: { embedding: 5, hidden: HIDDEN }, decoder: { embedding: 6, hidden: HIDDEN } }, "test"),
  { source: SIZE, target: SIZE },
);

/**
 * Writes a bundle with random weights, and a file of pairs whose targets are its own answers: so it has all of them right, however it is
 * measured. A `fragile` one has a hidden unit that is always zero and whose weights to the logits are so large that no other number of their
 * columns survives rounding to eight bits.
 */
export async function answeringModel(folder: string, { fragile = false } = {}): Promise<{ bundle: string; data: string }> {
  const weights = drawnWeights(model, SEED, 4);
  // So that answers end, and hold no special token: those are never the right ones.
  weights.get("decoder.readout.b")!.data.set([-1e3, -1e3, -1e3, 1]);
  if (fragile) silence(weights);
  const bundle = join(folder, fragile ? "fragile" : "bundle");
  const tokenizer = new Tokenizer({ unit: "char", tokens: [...SPECIAL_TOKENS, ...LETTERS] });
  const side = { tokenizer, maxLength: 14 } as const;
  const { manifest, files } = textSides({ source: side, target: side });
  await exportBundle(
    bundle,
    { model, weights, manifest: { task: "translate", ...manifest }, files, training: { seed: SEED } },
    buildInferenceGraphs,
  );
  const texts = Array.from({ length: 60 }, (_, i) =>
    Array.from({ length: 1 + (i % 7) }, (__, k) => LETTERS[(i * 7 + k * (3 + (i % 4))) % LETTERS.length]!).join(""),
  );
  const { source, target } = await readBundle(bundle);
  const answers = await decodeWithBundle(
    bundle,
    texts.map((text) => Int32Array.from(source!.encode(text))),
  );
  const data = join(folder, `${fragile ? "fragile" : "bundle"}.tsv`);
  writeFileSync(data, texts.map((text, i) => `${text}\t${target!.decode(answers[i]!)}\n`).join(""));
  return { bundle, data };
}

function silence(weights: ReadonlyMap<string, StateTensor>): void {
  const unit = 5;
  const [gate, width] = [3 * HIDDEN + unit, 4 * HIDDEN];
  for (const side of ["encoder", "decoder"]) {
    for (const name of ["wx", "wh", "b"]) {
      const { data } = weights.get(`${side}.layers.0.${name}`)!;
      // The cell's candidate is tanh(0): c and h of the unit stay zero.
      for (let i = gate; i < data.length; i += width) data[i] = 0;
    }
  }
  weights.get("decoder.readout.w")!.data.fill(30_000, unit * SIZE, (unit + 1) * SIZE);
}
