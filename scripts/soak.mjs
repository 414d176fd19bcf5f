// Trains for many steps, with checkpoints and validation as in any run, and watches the memory of the whole process, workers included.
// Exits with 1 where it grows. After `npm run build`:
//   npm run soak -- [--steps 5000] [--hidden 64] [--threads 2]
// With `runtime` it is the answering that is watched: soak-runtime.mjs.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildInferenceGraphs, createExecutor, decodeWithBundle, resolveConfig, train } from "@s2s/trainer";
import { judge, megabytes, SAMPLES } from "./soak-memory.mjs";

/**
 * Growth that is chance, in MiB. An output of the update that is kept (128 KiB for each weight or slot array, at the least) passes it within
 * 200 steps, a graph that is not released within a few.
 */
const BOUND = 8;
const BATCH = 16;
const EPOCHS = 20;

/** Pairs of all lengths up to 40, so that the shapes change from step to step. @param {number} count */
function pairs(count) {
  const texts = Array.from({ length: count }, (_, i) =>
    Array.from({ length: 1 + ((i * 13) % 40) }, (_letter, k) => "abcdefgh"[(i + k * k) % 8]),
  );
  return texts.map((letters) => `${letters.join("")}\t${letters.toReversed().join("")}\n`).join("");
}

/** @param {string[]} args */
async function soakTraining(args) {
  const { values } = parseArgs({
    args,
    options: {
      steps: { type: "string", default: "5000" },
      hidden: { type: "string", default: "64" },
      threads: { type: "string", default: "2" },
    },
  });
  const [steps, hidden, threads] = [Number(values.steps), Number(values.hidden), Number(values.threads)];

  const folder = mkdtempSync(path.join(tmpdir(), "s2s-soak-"));
  try {
    const file = path.join(folder, "pairs.tsv");
    writeFileSync(file, pairs(Math.ceil(steps / EPOCHS) * BATCH + 2 * BATCH));
    const size = { embedding: hidden, hidden };
    const config = resolveConfig(
      {
        data: { train: file, validFraction: 0.01 },
        encoder: size,
        decoder: size,
        training: { epochs: EPOCHS + 1, batchSize: BATCH, dropout: 0.1, saveEvery: 100, threads },
      },
      "soak",
    );
    const machinery = { createExecutor, buildInferenceGraphs, decode: decodeWithBundle };
    const every = Math.max(1, Math.floor(steps / SAMPLES));
    const samples = [];
    for await (const event of train({ folder: path.join(folder, "run"), config, ...machinery })) {
      if (event.type !== "step" || event.step % every !== 0) continue;
      samples.push(megabytes());
      console.log(`step ${String(event.step).padStart(String(steps).length)}: ${samples.at(-1)?.toFixed(1)} MiB`);
      if (event.step >= steps) break;
    }
    judge(samples, BOUND);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const args = process.argv.slice(2);
if (args[0] === "runtime") {
  const { soakRuntime } = await import("./soak-runtime.mjs");
  await soakRuntime(args.slice(1));
} else await soakTraining(args);
