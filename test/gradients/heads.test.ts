import { type Head, type HeadConfig, type HeadSource, Scope, type Value, lastStep, modelHead, recurrent } from "@s2s/graph-builder";
import { describe, it } from "vitest";
import { type LayerCheck, checkLayer } from "../support/check-layer.ts";
import type { Tensor } from "../support/run-graph.ts";

const [S, B, F, H] = [5, 3, 4, 2];
const int32 = (shape: number[], ...data: number[]): Tensor => ({ type: "int32", shape, data: Int32Array.from(data) });
const lengths = { ...int32([B], 5, 2, 4), declared: ["B"] };
const vectors = [S, B, F];

/** A head behind an encoder that goes forward only. */
function sourceOf(scope: Scope, x: Value, given: Value): HeadSource {
  const encoder = recurrent(scope.in("encoder"), { cell: "lstm", inputs: F, hidden: H, layers: 2 });
  const { outputs, states } = encoder.run(x, null, given);
  const onwards = {
    last: lastStep(x, given),
    states,
    run: (more: Value, from: typeof states) => encoder.run(more, from, null).outputs,
    step: encoder.step,
  };
  return { summary: lastStep(outputs, given), steps: { outputs, lengths: given, onwards } };
}

const check = (
  config: HeadConfig,
  target: Tensor,
  use: (head: Head, source: HeadSource, target: Value) => Value | Value[],
): LayerCheck => ({
  shapes: [vectors],
  declared: [["S", "B", F]],
  others: { lengths, target: { ...target, declared: target.shape.map((size) => ({ [B]: "B", [S]: "S" })[size] ?? size) } },
  build(scope, [x], given) {
    const head = modelHead(config).make(scope, H);
    return use(head, sourceOf(scope, x, given.lengths), given.target);
  },
});

const loss =
  (training: boolean, labelSmoothing = 0) =>
  (head: Head, source: HeadSource, target: Value): Value =>
    head.loss(source, target, { training, labelSmoothing }).sum;

const label = (pooling: "last" | "mean" | "max"): HeadConfig => ({ kind: "label", classes: 7, pooling });
const numbers = (mode: "direct" | "recursive", steps = 6): HeadConfig => ({ kind: "numbers", width: 2, steps, mode, indices: [3, 1] });
const classes = int32([B], 6, -1, 0);
const steps = int32([B, S], 6, 1, 3, 3, 0, 2, 1, -1, -1, -1, 3, 4, 0, 2, -1);
const future = (count: number): Tensor => ({
  type: "float64",
  shape: [B, count, 2],
  data: Float64Array.from({ length: B * count * 2 }, (_, i) => Math.sin(3 * i)),
});

const checks: Record<string, LayerCheck> = {
  "a label, from the last state": check(label("last"), classes, loss(true)),
  "a label, from the mean": check(label("mean"), classes, loss(true, 0.1)),
  "a label, from the maximum": check(label("max"), classes, loss(true)),
  "a label for each step": check({ kind: "labels", classes: 7 }, steps, loss(true, 0.1)),
  "numbers, all at once": check(numbers("direct"), future(6), loss(true)),
  "numbers, each from the true one before": check(numbers("recursive"), future(6), loss(true)),
  "numbers, each fed back": check(numbers("recursive"), future(6), loss(false)),
  "one number": check(numbers("recursive", 1), future(1), loss(true)),
};

describe("gradients of heads, with respect to inputs and parameters", () => {
  for (const [name, one] of Object.entries(checks)) it(name, () => checkLayer(one));
});
