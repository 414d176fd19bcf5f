import { type Bundle, Seq2Seq, START_ID, type States, search } from "@s2s/runtime/parts";
import type { SessionOptions } from "@s2s/runtime/ort";
import type { BatchFindings, BatchWork, SplitFindings, VariantFindings, Workload } from "../workload.ts";
import { openGenerate } from "./generate.ts";

/** Runs the work on one variant of a bundle. Both ways to an answer are taken: a step at a time, and the whole search in one graph. */
export async function examine(bundle: Bundle, workload: Workload, options: SessionOptions): Promise<VariantFindings> {
  const { graphs, precision } = bundle.variant;
  const split: SplitFindings[] = [];
  if (graphs.decoder) {
    const model = await Seq2Seq.open(bundle, options);
    try {
      const handedOver = bundle.manifest.states.map(({ initial }) => initial !== null);
      for (const batch of workload.batches) split.push(await examineSplit(model, batch, workload, handedOver));
    } finally {
      await model.dispose();
    }
  }
  const whole: NonNullable<BatchFindings["generate"]>[] = [];
  if (graphs.generate) {
    const generate = await openGenerate(bundle, graphs.generate, options);
    try {
      for (const { sources } of workload.batches) {
        const found = [];
        for (const spec of workload.searches) found.push(await generate.run(sources, spec));
        whole.push(found);
      }
    } finally {
      await generate.release();
    }
  }
  return {
    precision,
    batches: workload.batches.map((_, i) => ({ ...(split[i] && { split: split[i] }), ...(whole[i] && { generate: whole[i] }) })),
  };
}

async function examineSplit(
  model: Seq2Seq,
  { sources, targets }: BatchWork,
  { searches }: Workload,
  handedOver: readonly boolean[],
): Promise<SplitFindings> {
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
