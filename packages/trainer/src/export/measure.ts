import { END_ID, Graphs, readBundle, Seq2Seq } from "@s2s/runtime";
import type { Bundle, Hypothesis } from "@s2s/runtime";
import type { Precision } from "@s2s/runtime/manifest";
import { median } from "../bench/cases.ts";
import { round } from "../bench/train.ts";
import { selectExamples } from "../data/examples.ts";
import type { Examples } from "../data/examples.ts";
import { selectPairs } from "../data/pairs.ts";
import type { Pairs } from "../data/pairs.ts";
import { evaluationBatches } from "../data/batches.ts";
import { exactMatch, teacherForcing } from "../evaluate.ts";
import { spread } from "../tasks/classes.ts";
import { taskOf } from "../tasks/index.ts";
import type { TaskFigures } from "../tasks/task.ts";
import { tokenFigures } from "../tasks/token-figures.ts";
import { openTeacher } from "./teacher.ts";
import { stepwiseEvaluation } from "./teacher-forcing.ts";

/**
 * What a variant is worth: the figures of its task. Of models from text to text also `msPerToken`: of greedy decoding, one text at a time on one thread of
 * this machine, the encoder's share included, the median of several texts.
 */
export type VariantFigures = TaskFigures;

const ON_CPU = { provider: "cpu", threads: 1 } as const;
const BATCH = 64;
const TIMED_TEXTS = 15;
const ROUNDS = 5;

export interface MeasureVariantsOptions {
  /** Most examples, spread evenly over all. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

/** Measures the variants of the bundle in a folder on examples of its task. */
export async function measureVariants(
  folder: string,
  examples: Examples,
  { limit, signal }: MeasureVariantsOptions,
): Promise<ReadonlyMap<Precision, VariantFigures>> {
  const bundle = await readBundle(folder);
  if (isPairs(examples)) return measurePairs(bundle, examples, limit, signal);
  const task = taskOf(bundle.manifest.task);
  const places = spread(examples, limit);
  const chosen = examples.select?.(places) ?? selectExamples(examples, places);
  const figures = new Map<Precision, VariantFigures>();
  for (const variant of bundle.manifest.variants) {
    signal?.throwIfAborted();
    const { precision } = variant;
    const { evaluateBatch, close } = await openTeacher({ ...bundle, variant }, ON_CPU);
    try {
      const sums = await teacherForcing(evaluateBatch, evaluationBatches(chosen, { batchSize: BATCH, bucket: 1 }), signal);
      const own = await task.measure(folder, examples, { ...ON_CPU, limit, precision });
      figures.set(precision, { ...task.figures(sums, chosen), ...own });
    } finally {
      await close();
    }
  }
  return figures;
}

const isPairs = (examples: Examples): examples is Pairs => "sourceLength" in examples;

/** Of texts to texts; no other program's work favours one of the variants. */
async function measurePairs(
  bundle: Bundle,
  pairs: Pairs,
  limit: number,
  signal?: AbortSignal,
): Promise<ReadonlyMap<Precision, VariantFigures>> {
  const chosen = selectPairs(pairs, spread(pairs, limit));
  const { variants, maxTargetLength } = bundle.manifest;
  const figures = new Map<Precision, VariantFigures>();
  const times = await timeTokens(bundle, selectPairs(chosen, spread(chosen, TIMED_TEXTS)), signal);
  for (const [i, variant] of variants.entries()) {
    const steps = await Seq2Seq.open({ ...bundle, variant }, ON_CPU);
    const graphs = await Graphs.open({ ...bundle, variant }, ON_CPU);
    try {
      const batches = evaluationBatches(chosen, { batchSize: BATCH, bucket: 1 });
      const { loss, tokenAccuracy = 0 } = tokenFigures(await teacherForcing(stepwiseEvaluation(steps), batches, signal));
      const sequenceAccuracy = await exactMatch(chosen, chosen.count, async (sources) =>
        (await decode(graphs, sources, maxTargetLength)).map(({ ids }) => ids),
      );
      figures.set(variant.precision, { loss, tokenAccuracy, sequenceAccuracy, msPerToken: times[i]! });
    } finally {
      await graphs.dispose();
      await steps.dispose();
    }
  }
  return figures;
}

/** Greedy answers from whichever of the variant's graphs is faster, as everybody gets them. */
async function decode(graphs: Graphs, sources: readonly Int32Array[], maxLength: number): Promise<Hypothesis[]> {
  const ended = sources.map((source) => [...source, END_ID]);
  const found = await graphs.search(ended, { maxLength, batchSize: BATCH });
  return found.map(([best]) => best!);
}

/** Milliseconds a token of each variant. They take turns, and of a text the best of its rounds counts: what else the machine does meets them alike. */
async function timeTokens(bundle: Bundle, texts: Pairs, signal?: AbortSignal): Promise<number[]> {
  const { variants, maxTargetLength } = bundle.manifest;
  const opened: Graphs[] = [];
  try {
    for (const variant of variants) opened.push(await Graphs.open({ ...bundle, variant }, ON_CPU));
    const best = variants.map(() => Array<number>(texts.count).fill(Number.POSITIVE_INFINITY));
    for (let round = 0; round < ROUNDS; round++) {
      for (let text = 0; text < texts.count; text++) {
        signal?.throwIfAborted();
        for (const [i, graphs] of opened.entries()) {
          const begin = performance.now();
          const [answer] = await decode(graphs, [texts.source(text)], maxTargetLength);
          const tokens = answer!.ids.length + (answer!.truncated ? 0 : 1);
          best[i]![text] = Math.min(best[i]![text]!, (performance.now() - begin) / tokens);
        }
      }
    }
    return best.map((times) => round(median(times), 5));
  } finally {
    for (const graphs of opened) await graphs.dispose();
  }
}
