// Trains for many steps, with checkpoints and validation as in any run, and watches the memory of the whole process, workers included.
// Exits with 1 where it grows. After `npm run build`:
//   npm run soak -- [--steps 5000] [--hidden 64] [--threads 2]
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { buildInferenceGraphs, createExecutor, decodeWithBundle, resolveConfig, train } from "@s2s/trainer";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "5000" },
    hidden: { type: "string", default: "64" },
    threads: { type: "string", default: "2" },
  },
});
const [steps, hidden, threads] = [Number(values.steps), Number(values.hidden), Number(values.threads)];

/** Samples; the first third warms up: caches, arenas of the allocators, compiled code. */
const SAMPLES = 30;
/**
 * Growth that is chance, in MiB. An output of the update that is kept (128 KiB for each weight or slot array, at the least) passes it within
 * 200 steps, a graph that is not released within a few.
 */
const BOUND = 8;
const BATCH = 16;
const EPOCHS = 20;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

/** Pairs of all lengths up to 40, so that the shapes change from step to step. @param {number} count */
function pairs(count) {
  const texts = Array.from({ length: count }, (_, i) =>
    Array.from({ length: 1 + ((i * 13) % 40) }, (_letter, k) => "abcdefgh"[(i + k * k) % 8]),
  );
  return texts.map((letters) => `${letters.join("")}\t${letters.toReversed().join("")}\n`).join("");
}

function megabytes() {
  collectGarbage();
  return process.memoryUsage.rss() / 2 ** 20;
}

const median = (/** @type {number[]} */ numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

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
  const third = Math.floor(samples.length / 3);
  const growth = median(samples.slice(-third)) - median(samples.slice(third, 2 * third));
  console.log(`from the second third to the last: ${growth.toFixed(1)} MiB (bound: ${BOUND} MiB)`);
  if (growth > BOUND) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
