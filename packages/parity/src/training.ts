import type { Manifest, Trainable } from "@s2s/runtime/manifest";
import { boundOf } from "./bounds.ts";
import { difference, relativeToLargest } from "./compare/difference.ts";
import type { Device } from "./devices.ts";
import type { Expectation, ExpectedStep, Expecter } from "./expect/expecter.ts";
import type { Weights } from "./reference/parameters.ts";
import type { Vector } from "./reference/vector.ts";
import type { TrainingReport } from "./report.ts";
import type { TrainingFindings, TrainingWork } from "./workload.ts";

const STEPS = 4;
/** Of the batches the one that is trained on: of several sources, of all lengths. */
const TRAINED = 3;
/** Of the gradient that is looked at: below what anybody clips to. */
const SMALL_NORM = 1e-4;

export interface ExpectedTraining {
  readonly trainable: Trainable;
  readonly work: TrainingWork;
  readonly weights: Weights;
  readonly step: ExpectedStep;
  /** Whether the graph draws what is dropped, so that its loss is another one. */
  readonly random: boolean;
}

/** A short training on a batch of all lengths, where the bundle has a training graph and the weights that it goes on from. */
export function expectTraining(
  { trainable }: Manifest,
  weights: Weights,
  expecter: Expecter,
  batches: readonly Expectation[],
): ExpectedTraining | undefined {
  const batch = batches[TRAINED];
  if (!trainable || !batch) return undefined;
  const step = expecter.step(batch.work, trainable);
  let squares = 0;
  for (const gradient of step.gradients.values()) for (const value of gradient) squares += value * value;
  const first: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
  for (const [name, { shape, data }] of weights) {
    first[name] = { shape, data: Float32Array.from(data) };
    for (const slot of trainable.slots) first[`${slot}/${name}`] = { shape, data: new Float32Array(data.length) };
  }
  return {
    trainable,
    weights,
    step,
    work: {
      batch: step.batch,
      first,
      gradientScale: SMALL_NORM / Math.sqrt(squares),
      steps: STEPS,
      scale: 1 / step.units,
      learningRate: trainable.learningRate,
    },
    random: trainable.graph.inputs.some(({ name }) => name === "dropout_seed"),
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
  const figures: Pick<TrainingReport, "lossDifference" | "gradientDifference"> = expected.random ? {} : referenceFigures(found, expected);
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
function referenceFigures(found: TrainingFindings, { trainable, work, weights, step }: ExpectedTraining) {
  const later = new Map([...weights].map(([name, { shape }]) => [name, { shape, data: found.beforeLast[name] }]));
  const losses = [step.loss(weights), step.loss(later)];
  return {
    lossDifference: difference([found.losses[0], found.losses.at(-1) ?? Number.NaN], losses),
    gradientDifference: largest(
      [...step.gradients]
        .filter(([name]) => isTrained(name, trainable))
        .map(([name, gradient]) => relativeToLargest(...comparable(name, gradient, found, trainable, work))),
    ),
  };
}

/** Whether a step moves a tensor along its gradient: not what is frozen, which it does not give back, nor what batch normalisation measures. */
const isTrained = (name: string, { graph }: Trainable): boolean =>
  graph.outputs.some((output) => output.name === `next.${name}`) && !/\.norm\.(mean|variance)$/.test(name);

/**
 * The gradient that a step took, from what it left behind, and the reference's: momentum's velocity and the mean of Adam and its relatives, whose
 * slot has no factor (1 - b1), begin with it; plain gradient descent moves the weights by it. Rules that keep squares alone tell its size up to a
 * factor.
 */
function comparable(
  name: string,
  gradient: Vector,
  { afterOne }: TrainingFindings,
  { slots }: Trainable,
  { first, gradientScale }: TrainingWork,
): [found: ArrayLike<number>, expected: ArrayLike<number>] {
  if (slots.length === 0) return [first[name].data.map((before, i) => before - afterOne[name][i]), gradient];
  const slot = ["velocity", "mean"].find((each) => slots.includes(each));
  if (slot !== undefined) return [afterOne[`${slot}/${name}`].map((value) => value / gradientScale), gradient];
  return [upToFactor(Float64Array.from(afterOne[`square/${name}`], Math.sqrt)), upToFactor(gradient.map(Math.abs))];
}

function upToFactor(sizes: Vector): Vector {
  const most = sizes.reduce((a, b) => Math.max(a, b), 0);
  return most === 0 ? sizes : sizes.map((size) => size / most);
}

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);
