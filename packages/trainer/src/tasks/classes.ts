import { openGraph } from "@s2s/runtime/parts";
import type { Bundle } from "@s2s/runtime";
import { readVariant } from "../bundle-variant.ts";
import { evaluationBatches } from "../data/batches.ts";
import type { ExampleBatch, Examples } from "../data/examples.ts";
import { selectExamples } from "../data/examples.ts";
import type { EvaluationSums } from "../executor.ts";
import { batchFeeds } from "../executors/feeds.ts";
import type { MeasureOptions, TaskFigures } from "./task.ts";

const BATCH = 64;

/** Of choices between labels: the mean negative log-probability of the right one. Shares come from the answers. */
export const labelFigures = ({ loss_sum: loss = Number.NaN, units = 0 }: EvaluationSums): TaskFigures => ({ loss: loss / units });

/** Examples spread evenly over all of them. */
export function spread(examples: Examples, limit: number): Uint32Array {
  const count = Math.min(limit, examples.count);
  return Uint32Array.from({ length: count }, (_, i) => Math.floor((i * examples.count) / count));
}

export interface Answered {
  /** Its `examples` are places in all examples. */
  readonly batch: ExampleBatch;
  readonly data: Float32Array;
  readonly shape: readonly number[];
  readonly bundle: Bundle;
}

/** What predict.onnx of a bundle says to a batch after the other. */
export async function* answers(
  folder: string,
  examples: Examples,
  { limit = examples.count, provider = "cpu", threads = 1, batchSize = BATCH, precision }: MeasureOptions = {},
): AsyncGenerator<Answered, void, undefined> {
  const bundle = await readVariant(folder, precision);
  const info = bundle.variant.graphs.predict;
  if (info === undefined) throw new Error(`${folder} has no predict.onnx`);
  const chosen = spread(examples, limit);
  const session = await openGraph(bundle, info, { provider, threads });
  try {
    for (const batch of evaluationBatches(selectExamples(examples, chosen), { batchSize, bucket: 1 })) {
      const feeds = Object.entries(batchFeeds(batch)).filter(([name]) => session.inputNames.includes(name));
      const results = await session.run(Object.fromEntries(feeds));
      const { data, dims } = results[info.outputs[0]!.name]!;
      yield { batch: { ...batch, examples: batch.examples.map((i) => chosen[i]!) }, data: data as Float32Array, shape: dims, bundle };
    }
  } finally {
    await session.release();
  }
}

/** The most probable class of each row of the last axis. */
export function mostProbable(data: Float32Array, classes: number): number[] {
  return Array.from({ length: data.length / classes }, (_, row) => {
    let best = 0;
    for (let k = 1; k < classes; k++) if (data[row * classes + k]! > data[row * classes + best]!) best = k;
    return best;
  });
}
