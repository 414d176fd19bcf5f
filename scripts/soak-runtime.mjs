// Loads and disposes of a model many times, and lets one answer many times, and watches the memory of the whole process, workers included. Exits
// with 1 where it grows. After `npm run build`:
//   npm run soak -- runtime [--loads 2000] [--generations 20000]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { initialize, traceInference } from "@s2s/graph-builder";
import { load, SPECIAL_TOKENS, Tokenizer } from "@s2s/runtime";
import { buildInferenceGraphs, exportBundle, modelConfig, resolveConfig, textSides } from "@s2s/trainer";
import { judge, megabytes, SAMPLES } from "./soak-memory.mjs";

/** Growth that is chance, in MiB: a session that is not released passes it within a tenth of the loads, an array kept for each answer as well. */
const BOUND = 12;

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** Writes a bundle with random weights: some 800 KiB, so that what is kept of one is seen. @param {string} folder */
async function writeBundle(folder) {
  const tokenizer = new Tokenizer({ unit: "char", tokens: [...SPECIAL_TOKENS, ...LETTERS] });
  const side = { embedding: 64, hidden: 96, layers: 1 };
  const size = { source: tokenizer.size, target: tokenizer.size };
  const model = modelConfig(resolveConfig({ encoder: side, decoder: side }, "soak"), size);
  const { parameters } = traceInference(model);
  const weights = new Map(parameters.map((spec) => [spec.name, { shape: spec.shape, data: initialize(spec, 1) }]));
  const text = { tokenizer, maxLength: 24 };
  const { manifest, files } = textSides({ source: text, target: text });
  await exportBundle(folder, { model, weights, manifest: { task: "translate", ...manifest }, files, training: {} }, buildInferenceGraphs);
}

/** Does something many times and looks at the memory now and then. @param {string} what @param {number} times @param {(i: number) => Promise<void>} action */
async function repeat(what, times, action) {
  const every = Math.max(1, Math.floor(times / SAMPLES));
  const samples = [];
  for (let i = 1; i <= times; i += 1) {
    await action(i);
    if (i % every !== 0) continue;
    samples.push(megabytes());
    console.log(`${what} ${String(i).padStart(String(times).length)}: ${samples.at(-1)?.toFixed(1)} MiB`);
  }
  judge(samples, BOUND);
}

/** @param {string[]} args */
export async function soakRuntime(args) {
  const { values } = parseArgs({
    args,
    options: { loads: { type: "string", default: "2000" }, generations: { type: "string", default: "20000" } },
  });
  const folder = mkdtempSync(path.join(tmpdir(), "s2s-soak-"));
  try {
    await writeBundle(folder);
    // In turns with and without a worker, streamed and at once, since each has its own to give back.
    await repeat("load", Number(values.loads), async (i) => {
      const model = await load(folder, { worker: i % 2 === 0 });
      await model.generate(LETTERS.slice(i % 20, 23));
      await model.dispose();
    });
    const model = await load(folder);
    await repeat("generation", Number(values.generations), async (i) => {
      const text = LETTERS.slice(i % 23, 23);
      if (i % 10 === 0) for await (const { result } of model.stream(text)) void result;
      else await model.generate(text, { beams: 1 + (i % 3), maxLength: 1 + (i % 24) });
    });
    await model.dispose();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
