import { type Bundle, Seq2Seq, START_ID, type States, search } from "@s2s/runtime/parts";
import type { SessionOptions } from "@s2s/runtime/ort";
import type { GraphInfo, Precision } from "@s2s/runtime/manifest";
import type { BatchFindings, BatchWork, RowFindings, SplitFindings, VariantFindings, Workload } from "../workload.ts";
import { openGenerate } from "./generate.ts";
import { examineAnswers, examineStrokes } from "./rows.ts";
import { runtimeSource } from "./source-feeds.ts";

/** Runs the work on one variant of a bundle. Of tokens both ways to an answer are taken: a step at a time, and the whole search in one graph. */
export async function examine(bundle: Bundle, workload: Workload, options: SessionOptions): Promise<VariantFindings> {
  const { manifest, variant } = bundle;
  const { graphs, precision } = variant;
  const { batches } = workload;
  if (graphs.predict) return withRows(precision, await examineAnswers(bundle, graphs.predict, batches, options));
  if (graphs.decoder && manifest.model.output.kind === "strokes")
    return withRows(precision, await examineStrokes(bundle, graphs.decoder, batches, options));
  const split = graphs.decoder ? await examineSteps(bundle, workload, options) : [];
  const whole = graphs.generate ? await examineWhole(bundle, graphs.generate, workload, options) : [];
  return {
    precision,
    batches: batches.map((_, i) => bothWays(split[i], whole[i])),
  };
}

const bothWays = (split: SplitFindings | undefined, generate: BatchFindings["generate"]): BatchFindings => ({
  ...(split && { split }),
  ...(generate && { generate }),
});

const withRows = (precision: Precision, found: readonly RowFindings[]): VariantFindings => ({
  precision,
  batches: found.map((rows) => ({ rows })),
});

async function examineSteps(bundle: Bundle, workload: Workload, options: SessionOptions): Promise<SplitFindings[]> {
  const model = await Seq2Seq.open(bundle, options);
  try {
    const handedOver = bundle.manifest.states.map(({ initial }) => initial !== null);
    const found: SplitFindings[] = [];
    for (const batch of workload.batches) found.push(await examineSplit(model, batch, workload, handedOver));
    return found;
  } finally {
    await model.dispose();
  }
}

async function examineWhole(bundle: Bundle, graph: GraphInfo, { batches, searches }: Workload, options: SessionOptions) {
  const generate = await openGenerate(bundle, graph, options);
  try {
    const found: NonNullable<BatchFindings["generate"]>[] = [];
    for (const { sources } of batches) {
      const all = [];
      for (const spec of searches) all.push(await generate.run(sources, spec));
      found.push(all);
    }
    return found;
  } finally {
    await generate.release();
  }
}

async function examineSplit(
  model: Seq2Seq,
  { sources: probes, targets }: BatchWork,
  { searches }: Workload,
  handedOver: readonly boolean[],
): Promise<SplitFindings> {
  const sources = probes.map(runtimeSource);
  const first = await model.start(sources);
  const logits = await teacherForced(model, first.states, targets);
  const found = [];
  for (const spec of searches) {
    const hypotheses = await search(model, sources, { ...spec, nBest: spec.beams });
    found.push(hypotheses.map((each) => each.map(({ ids, score }) => ({ ids, score }))));
  }
  const states = first.states.carried.filter((_, i) => handedOver[i]);
  return { states: states.map(({ data }) => Float32Array.from(data as Float32Array)), logits, searches: found };
}

/** Logits [T, B, V] along given targets; where one has ended, padding goes on in its place. */
async function teacherForced(model: Seq2Seq, first: States, targets: BatchWork["targets"]): Promise<Float32Array> {
  const steps = 1 + targets.reduce((most, { length }) => Math.max(most, length), 0);
  const size = targets.length * model.vocabularySize;
  const logits = new Float32Array(steps * size);
  let states = first;
  for (let t = 0; t < steps; t += 1) {
    const tokens = Int32Array.from(targets, (target) => (t === 0 ? START_ID : (target[t - 1] ?? 0)));
    const step = await model.step(tokens, states);
    logits.set(step.logits, t * size);
    ({ states } = step);
  }
  return logits;
}
