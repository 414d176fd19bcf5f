import { initialize, traceEvaluate } from "@s2s/graph-builder";
import { expect, test } from "vitest";
import { runGraph, type Tensor } from "../support/run-graph.ts";
import { batchOf, modelOf, type Pair } from "../support/seq2seq.ts";

const VOCABULARY = 500;
const sides = { source: VOCABULARY, target: VOCABULARY };
const wide = { embedding: 48, hidden: 48 };

/** Ids all over the vocabulary, so that the loss is a mean over many words. */
const ids = (length: number, from: number): number[] => [...Array.from({ length }, (_, i) => 4 + ((from + i * 37) % (VOCABULARY - 4))), 3];
const batch: Pair[] = Array.from({ length: 16 }, (_, i) => ({ source: ids(1 + (i % 7), i * 11), target: ids(2 + (i % 9), i * 29) }));

// An untrained model knows nothing, so that each of V words is as probable as any other: a first loss far above log V says that logits start too
// large, and the first epochs go into making them small. How an embedding starts decides it where it is read out as well.
test.each([
  ["with a readout of its own", {}],
  ["tied", { tied: true }],
  ["shared", { shared: true }],
  ["tied and shared", { tied: true, shared: true }],
  ["tied and shared, projected", { tied: true, shared: true, hidden: 64 }],
  ["tied and shared, attending", { tied: true, shared: true, attention: "general", inputFeeding: true }],
  ["tied and shared, copying", { tied: true, shared: true, attention: "additive", copy: true }],
] as const)("the first loss is that of equal chances: %s", async (_, decoder) => {
  const model = modelOf(wide, { ...wide, ...decoder }, sides);
  const { graph, parameters } = traceEvaluate({ model });
  const weights = parameters.map((spec): [string, Tensor] => [
    spec.name,
    { type: "float32", shape: spec.shape, data: initialize(spec, 1) },
  ]);
  const { loss_sum: sum, units } = await runGraph(graph, { ...batchOf(batch), ...Object.fromEntries(weights) });
  expect(Math.abs(Number(sum![0]) / Number(units![0]) - Math.log(VOCABULARY))).toBeLessThan(0.5);
});
