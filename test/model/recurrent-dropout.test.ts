import { type CellName } from "@s2s/runtime/manifest";
import { Graph, Scope, recurrent } from "@s2s/graph-builder";
import { describe, expect, it } from "vitest";
import { type Tensor, runGraph } from "../support/run-graph.ts";

const [T, B, H] = [5, 40, 30];
const RATE = 0.25;

const float64 = (shape: readonly number[], at: (i: number) => number): Tensor => ({
  type: "float64",
  shape,
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => at(i)),
});
const identity = (i: number): number => (i % (H + 1) === 0 ? 1 : 0);

/** h of all steps [T, B, H], of a cell with weights chosen so that a unit is told from the others by nothing but what is dropped. */
async function outputs(
  cell: CellName,
  weights: (name: string, shape: readonly number[]) => Tensor,
  seed: number,
  kind: "recurrentDropout" | "dropout" | null = "recurrentDropout",
) {
  const graph = new Graph("dropout");
  const dropped = kind && { [kind]: { rate: RATE, seed: graph.input("seed", "int32", []) } };
  const scope = new Scope(graph, { type: "float64", parameters: "inputs", ...dropped });
  const start = cell === "rnn-relu" ? null : [[graph.input("h0", "float64", ["B", H])]];
  const result = recurrent(scope, { cell, inputs: 1, hidden: H, layers: 1 }).run(graph.input("x", "float64", ["T", "B", 1]), start, null);
  graph.output("h", result.outputs);
  const { h } = await runGraph(graph, {
    x: float64([T, B, 1], () => 0),
    h0: float64([B, H], () => 0.5),
    seed: { type: "int32", shape: [], data: Int32Array.of(seed) },
    ...Object.fromEntries(scope.parameters.map(({ spec }) => [spec.name, weights(spec.name, spec.shape)])),
  });
  return Array.from({ length: B * H }, (_, unit) => Array.from({ length: T }, (__, t) => Number(h[t * B * H + unit])));
}

/** h' = h + 1 while nothing is dropped. */
const counting = (name: string, shape: readonly number[]): Tensor =>
  float64(shape, (i) => (name.endsWith("wh") ? identity(i) : name.endsWith("b") ? 1 : 0));

describe("recurrent dropout", () => {
  it("drops the same units of a sequence at every step, each sequence's own", async () => {
    const units = await outputs("rnn-relu", counting, 7);
    const kept = 1 / (1 - RATE);
    const series = (factor: number): number[] =>
      Array.from({ length: T }, (_, t) => Array.from({ length: t + 1 }, (__, k) => factor ** k).reduce((a, b) => a + b));
    const isDropped = units.map((steps) => {
      const dropped = steps[1] === 1;
      for (const [t, expected] of series(dropped ? 0 : kept).entries()) expect(steps[t]).toBeCloseTo(expected, 12);
      return dropped;
    });
    const share = isDropped.filter(Boolean).length / units.length;
    expect(Math.abs(share - RATE)).toBeLessThan(4 * Math.sqrt((RATE * (1 - RATE)) / units.length));
    const sequences = Array.from({ length: B }, (_, b) => isDropped.slice(b * H, (b + 1) * H).join());
    expect(new Set(sequences).size).toBe(B);
  });

  it("is a function of the seed", async () => {
    const first = await outputs("rnn-relu", counting, 7);
    expect(await outputs("rnn-relu", counting, 7)).toEqual(first);
    expect(await outputs("rnn-relu", counting, 8)).not.toEqual(first);
  });

  it.each([null, "dropout"] as const)("drops nothing with %s alone", async (kind) => {
    for (const steps of await outputs("rnn-relu", counting, 7, kind)) expect(steps).toEqual(steps.map((_, t) => t + 1));
  });

  it.each(["gru", "gru-reset-after"] as const)("leaves what %s's update gate carries over whole", async (cell) => {
    // The update gate is open to what was: sigmoid(40) is 1 but for 4e-18.
    const weights = (name: string, shape: readonly number[]): Tensor => float64(shape, (i) => (name === "0.b" && i < H ? 40 : 0));
    for (const steps of await outputs(cell, weights, 7)) for (const h of steps) expect(h).toBe(0.5);
  });
});
