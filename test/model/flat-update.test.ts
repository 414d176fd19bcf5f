import {
  type Optimizer,
  adadelta,
  adagrad,
  adam,
  adamw,
  averaged,
  momentum,
  nadam,
  rmsprop,
  sgd,
  traceFlatUpdate,
  traceUpdate,
} from "@s2s/graph-builder";
import { describe, expect, it } from "vitest";
import { numbers } from "../support/check-gradient.ts";
import { type Tensor, runGraph } from "../support/run-graph.ts";
import { floats, integer } from "../support/seq2seq.ts";

const rules: Record<string, Optimizer> = {
  sgd: sgd(),
  momentum: momentum(),
  adam: adam(),
  adamw: adamw(),
  nadam: nadam(),
  rmsprop: rmsprop(),
  adagrad: adagrad(),
  adadelta: adadelta(),
  averaged: averaged(adam(), 0.9),
};
const [rows, row, shards] = [3, 5, 2];
const double = (data: Float64Array): Tensor => ({ type: "float64", shape: [rows, row], data });
const at = (seed: number): Tensor => double(numbers(rows * row, seed, 0.1, 1));

describe.each(Object.entries(rules))("the update in rows, %s", (_name, optimizer) => {
  it.each([
    [0, 0],
    [0.5, 0],
    [0, 0.2],
    [0.5, 0.1],
  ])("is update.onnx's, the norm clipped at %d, numbers at %d", async (clipNorm, clipValue) => {
    const { squares, apply } = traceFlatUpdate({ optimizer, clipNorm, clipValue }, shards, row, "float64");
    const gradients = { "gradient.0": at(1), "gradient.1": at(2) };
    const slots = Object.fromEntries(optimizer.slots.map((slot, i) => [slot, at(5 + i)]));
    const scalars = { learning_rate: floats("float64", 0.01), step: integer(3) };
    const norm = Math.sqrt(Number((await runGraph(squares, gradients)).squares[0]));
    const found = await runGraph(apply, { weights: at(3), ...gradients, ...slots, ...scalars, norm: floats("float64", norm) });
    if (clipNorm === 0) expect(Math.sqrt(Number(found.squares[0]))).toBeCloseTo(norm, 12);

    const whole = traceUpdate(
      [{ name: "w", shape: [rows, row], init: { kind: "zeros" } }],
      { optimizer, clipNorm, clipValue },
      shards,
      "float64",
    ).graph;
    const named = Object.fromEntries(optimizer.slots.map((slot) => [`${slot}/w`, slots[slot]]));
    const expected = await runGraph(whole, { w: at(3), "gradient.0.w": at(1), "gradient.1.w": at(2), ...named, ...scalars });
    expect(norm).toBeCloseTo(Number(expected.gradient_norm[0]), 12);
    for (const name of ["weights", ...optimizer.slots]) {
      const other = expected[name === "weights" ? "next.w" : `next.${name}/w`];
      for (const [i, value] of (found[`next.${name}`] as Float64Array).entries()) expect(value).toBeCloseTo(Number(other[i]), 12);
    }
  });
});
