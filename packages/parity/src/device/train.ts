import { type Bundle, openGraph } from "@s2s/runtime/parts";
import type { Trainable } from "@s2s/runtime/manifest";
import { type Session, type SessionOptions, Tensor } from "@s2s/runtime/ort";
import type { TrainingFindings, TrainingWork } from "../workload.ts";
import { float32, int32 } from "./pad.ts";

type Feeds = Readonly<Record<string, Tensor>>;

/** Steps of the bundle's training graph: one to see the gradient, and a short training. */
export async function train(bundle: Bundle, { graph }: Trainable, work: TrainingWork, options: SessionOptions): Promise<TrainingFindings> {
  const session = await openGraph(bundle, graph, options);
  try {
    const first: Feeds = Object.fromEntries(
      Object.entries(work.first).map(([name, { shape, data }]) => [name, new Tensor("float32", data, shape)]),
    );
    // A step as large as the gradient itself, so that plain gradient descent shows it in the weights.
    const one = await runStep(session, work, first, { step: 1, scale: work.gradientScale, learningRate: 1 / work.gradientScale });
    const losses: number[] = [];
    let before = first;
    let now = first;
    for (let step = 1; step <= work.steps; step += 1) {
      before = now;
      const done = await runStep(session, work, before, { step, scale: work.scale, learningRate: work.learningRate });
      losses.push(done.loss);
      now = done.next;
    }
    return { afterOne: numbers(one.next), losses, beforeLast: numbers(before) };
  } finally {
    await session.release();
  }
}

async function runStep(
  session: Session,
  work: TrainingWork,
  weights: Feeds,
  { step, scale, learningRate }: { readonly step: number; readonly scale: number; readonly learningRate: number },
): Promise<{ readonly loss: number; readonly next: Feeds }> {
  const feeds: Feeds = {
    ...Object.fromEntries(
      Object.entries(work.batch).map(([name, { type, shape, data }]) => [name, new Tensor(type, data as never, shape)]),
    ),
    scale: float32(scale),
    learning_rate: float32(learningRate),
    step: int32(step),
    dropout_seed: int32(step),
    teacher_forcing: float32(1),
    ...weights,
  };
  // Gradient descent has no use for the step's number, a graph without dropout none for a seed, and a statistic no slots.
  const known = Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputNames.includes(name)));
  const results = await session.run(known);
  return {
    loss: (results["loss_sum"].data as Float32Array)[0],
    // What is frozen stays as it is.
    next: Object.fromEntries(Object.entries(weights).map(([name, before]) => [name, results[`next.${name}`] ?? before])),
  };
}

const numbers = (tensors: Feeds): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array]));
