import type { Manifest, Trainable } from "@s2s/runtime/manifest";
import { boundOf } from "./bounds.ts";
import { difference, relativeToLargest } from "./compare/difference.ts";
import type { Device } from "./devices.ts";
import type { ExpectedBatch } from "./probes.ts";
import type { Weights } from "./reference/parameters.ts";
import { type IdPair, Reference } from "./reference/seq2seq.ts";
import type { Vector } from "./reference/vector.ts";
import type { TrainingReport } from "./report.ts";
import type { BatchWork, TrainingFindings, TrainingWork } from "./workload.ts";

const STEPS = 4;
/** Of the gradient that is looked at: below what anybody clips to. */
const SMALL_NORM = 1e-4;

export interface ExpectedTraining {
  readonly manifest: Manifest;
  readonly trainable: Trainable;
  readonly work: TrainingWork;
  readonly weights: Weights;
  /** Before the first step; undefined where dropout makes the graph's loss another one. */
  readonly loss: number | undefined;
  /** Of the summed loss. */
  readonly gradients: ReadonlyMap<string, Vector>;
}

/** A short training on the last batch, where the bundle has a training graph and the weights that it goes on from. */
export function expectTraining(
  manifest: Manifest,
  reference: Reference,
  weights: Weights,
  batches: readonly { readonly work: BatchWork; readonly expected: ExpectedBatch }[],
): ExpectedTraining | undefined {
  const { trainable } = manifest;
  const batch = batches.at(-1);
  if (!trainable || !batch) return undefined;
  const { sources, targets } = batch.work;
  // Not the model's own answers, whose gradients are small: each source gets another's target.
  const pairs: IdPair[] = sources.map((source, i) => ({ source, target: [...targets[(i + 1) % targets.length], 3] }));
  const { labelSmoothing } = trainable;
  const gradients = reference.gradients(pairs, labelSmoothing);
  let squares = 0;
  for (const gradient of gradients.values()) for (const value of gradient) squares += value * value;
  const tokens = pairs.reduce((sum, { target }) => sum + target.length, 0);
  const first: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
  for (const [name, { shape, data }] of weights) {
    first[name] = { shape, data: Float32Array.from(data) };
    for (const slot of trainable.slots) first[`${slot}/${name}`] = { shape, data: new Float32Array(data.length) };
  }
  return {
    manifest,
    trainable,
    weights,
    work: {
      pairs,
      first,
      gradientScale: SMALL_NORM / Math.sqrt(squares),
      steps: STEPS,
      scale: 1 / tokens,
      learningRate: trainable.learningRate,
    },
    loss: trainable.dropout ? undefined : reference.loss(pairs, labelSmoothing),
    gradients,
  };
}

/** Holds what a device found in training against the reference, and against node-cpu. */
export function judgeTraining(
  found: TrainingFindings,
  { provider }: Device,
  expected: ExpectedTraining,
  nodeCpu: TrainingFindings | undefined,
): { readonly report: TrainingReport; readonly problems: readonly string[] } {
  const bound = boundOf("float32", provider);
  const figures: Pick<TrainingReport, "lossDifference" | "gradientDifference"> =
    expected.loss === undefined ? {} : referenceFigures(found, expected, expected.loss);
  const problems = Object.entries({ losses: figures.lossDifference ?? 0, gradients: figures.gradientDifference ?? 0 })
    .filter(([, value]) => value > bound)
    .map(([what, value]) => `training: ${what} differ by ${value.toExponential(1)}, more than ${bound}`);
  return {
    problems,
    report: {
      ...figures,
      bound,
      ok: problems.length === 0,
      ...(nodeCpu && {
        fromNodeCpu: {
          lossDifference: difference(found.losses, nodeCpu.losses),
          weightDifference: largest(
            Object.entries(found.beforeLast).map(([name, data]) => difference(data, nodeCpu.beforeLast[name] ?? [])),
          ),
        },
      }),
    },
  };
}

/** The last loss is compared at the weights that the device itself had come to: how it got there, node-cpu tells. */
function referenceFigures(found: TrainingFindings, { manifest, trainable, work, weights, gradients }: ExpectedTraining, loss: number) {
  const later = new Map([...weights].map(([name, { shape }]) => [name, { shape, data: found.beforeLast[name] }]));
  const last = new Reference(manifest.model, later).loss(work.pairs, trainable.labelSmoothing);
  return {
    lossDifference: difference([found.losses[0], found.losses.at(-1) ?? Number.NaN], [loss, last]),
    gradientDifference: largest(
      [...gradients].map(([name, gradient]) => relativeToLargest(gradientOf(name, found, trainable, work), gradient)),
    ),
  };
}

/**
 * The gradient that a step took, from what it left behind: momentum's velocity and the mean of Adam, whose slot has no factor (1 - b1), begin with it;
 * plain gradient descent moves the weights by it.
 */
function gradientOf(name: string, { afterOne }: TrainingFindings, { optimizer }: Trainable, { first, gradientScale }: TrainingWork) {
  if (optimizer === "sgd") return first[name].data.map((before, i) => before - afterOne[name][i]);
  const slot = optimizer === "momentum" ? "velocity" : "mean";
  return afterOne[`${slot}/${name}`].map((value) => value / gradientScale);
}

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);
