import { Graph, Scope, type Value } from "@s2s/graph-builder";
import type { BridgeName, CellName } from "@s2s/runtime/manifest";
import { describe, expect, it } from "vitest";
import { type BridgeFrom, type BridgeTo, bridge } from "../../packages/graph-builder/src/models/bridge.ts";
import { checkLayer } from "../support/check-layer.ts";
import { numbers } from "../support/check-gradient.ts";
import { type Tensor, runGraph } from "../support/run-graph.ts";
import { weightsOf } from "../support/seq2seq.ts";

const LENGTHS = [4, 1, 2];
const [S, B, W, M, H] = [5, LENGTHS.length, 4, 6, 7];
const PARTS: Record<"gru" | "lstm", string[]> = { gru: ["h"], lstm: ["h", "c"] };
type Cell = keyof typeof PARTS;

const float64 = (shape: readonly number[], seed: number): Tensor => ({
  type: "float64",
  shape,
  data: numbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ),
});
const lengths: Tensor = { type: "int32", shape: [B], data: Int32Array.from(LENGTHS) };

/** Where the state of each of the decoder's layers, and each of its parts, comes from: the encoder's layer and part. */
interface Meeting {
  readonly from: readonly [cell: Cell, layers: number];
  readonly to: readonly [cell: Cell, layers: number];
  readonly meets: readonly (readonly (readonly [layer: number, part: number])[])[];
}

const meetings: Record<string, Meeting> = {
  "as deep, of one cell": {
    from: ["lstm", 2],
    to: ["lstm", 2],
    meets: [
      [
        [0, 0],
        [0, 1],
      ],
      [
        [1, 0],
        [1, 1],
      ],
    ],
  },
  "a shallower decoder takes the top layers": { from: ["gru", 3], to: ["gru", 2], meets: [[[1, 0]], [[2, 0]]] },
  "a deeper decoder's lowest layers share": {
    from: ["lstm", 1],
    to: ["lstm", 3],
    meets: [
      [
        [0, 0],
        [0, 1],
      ],
      [
        [0, 0],
        [0, 1],
      ],
      [
        [0, 0],
        [0, 1],
      ],
    ],
  },
  "an LSTM's c is dropped by a GRU": { from: ["lstm", 2], to: ["gru", 2], meets: [[[0, 0]], [[1, 0]]] },
  "a GRU's h stands in for an LSTM's c": {
    from: ["gru", 2],
    to: ["lstm", 2],
    meets: [
      [
        [0, 0],
        [0, 0],
      ],
      [
        [1, 0],
        [1, 0],
      ],
    ],
  },
};

async function run(name: BridgeName, { from: [source, depth], to: [cell, layers] }: Meeting, width: number, ended: boolean) {
  const graph = new Graph("bridge");
  const scope = new Scope(graph, { type: "float64", parameters: "inputs" });
  const from: BridgeFrom = { layers: depth, parts: PARTS[source], state: W, outputs: M };
  const states = Array.from({ length: depth }, (_, layer) =>
    PARTS[source].map((part) => graph.input(`${layer}.${part}`, "float64", ["B", W])),
  );
  const outputs = graph.input("outputs", "float64", ["S", "B", M]);
  const given = ended ? graph.input("lengths", "int32", ["B"]) : null;
  const initial = bridge(scope, name, from, { cell, layers, hidden: width })({ states, outputs, lengths: given });
  const data = Object.fromEntries(states.flat().map((value, i) => [value.name, float64([B, W], i + 1)]));
  const weights = weightsOf(
    scope.parameters.map(({ spec }) => spec),
    "float64",
  );
  for (const [i, part] of (initial ?? []).flat().entries()) graph.output(`initial.${i}`, part);
  const feeds = { ...data, outputs: float64([S, B, M], 50), lengths, ...weights };
  const results = initial ? await runGraph(graph, feeds) : {};
  let at = 0;
  return { weights, feeds, initial: initial?.map((parts) => parts.map(() => results[`initial.${at++}`] as Float64Array)) ?? null };
}

/** x w + b of one row, and a function of it. */
function applied(x: readonly number[], weights: Record<string, Tensor>, name: string, f: (y: number) => number): number[] {
  const [w, b] = [weights[`${name}.w`], weights[`${name}.b`]];
  const width = b.shape[0];
  expect(w.shape).toEqual([x.length, width]);
  return Array.from({ length: width }, (_, j) =>
    f(x.reduce((sum, value, i) => sum + value * Number(w.data[i * width + j]), Number(b.data[j]))),
  );
}

const rowOf = ({ data, shape }: Tensor, at: number): number[] =>
  Array.from(data.subarray(at * shape.at(-1)!, (at + 1) * shape.at(-1)!) as Float64Array);

function expectRow(found: Float64Array, b: number, expected: readonly number[]): void {
  for (const [j, value] of expected.entries()) expect(Math.abs(found[b * expected.length + j] - value)).toBeLessThan(1e-12);
}

describe.each(Object.entries(meetings))("a bridge, %s", (_name, meeting) => {
  const { from, to, meets } = meeting;
  const source = (feeds: Record<string, Tensor>, [layer, part]: readonly [number, number]): Tensor =>
    feeds[`${layer}.${PARTS[from[0]][part]}`];

  it("copies", async () => {
    const { initial, feeds, weights } = await run("copy", meeting, W, true);
    expect(weights).toEqual({});
    expect(initial).toEqual(meets.map((parts) => parts.map((at) => source(feeds, at).data)));
  });

  it.each([
    ["linear", (y: number) => y],
    ["tanh", Math.tanh],
  ] as const)("learns, %s", async (name, f) => {
    const { initial, feeds, weights } = await run(name, meeting, H, true);
    for (const [layer, parts] of meets.entries())
      for (const [i, at] of parts.entries())
        for (let b = 0; b < B; b += 1)
          expectRow(initial![layer][i], b, applied(rowOf(source(feeds, at), b), weights, `${layer}.${PARTS[to[0]][i]}`, f));
  });

  it.each([true, false])("takes the mean of the outputs, with lengths: %s", async (ended) => {
    const { initial, feeds, weights } = await run("mean", meeting, H, ended);
    for (let b = 0; b < B; b += 1) {
      const steps = Array.from({ length: ended ? LENGTHS[b] : S }, (_, t) => rowOf(feeds.outputs, t * B + b));
      const mean = Array.from({ length: M }, (_, i) => steps.reduce((sum, step) => sum + step[i], 0) / steps.length);
      for (const [layer, parts] of meets.entries())
        for (const i of parts.keys()) expectRow(initial![layer][i], b, applied(mean, weights, `${layer}.${PARTS[to[0]][i]}`, Math.tanh));
    }
  });

  it("hands nothing over", async () => {
    const { initial, weights } = await run("zero", meeting, H, true);
    expect(initial).toBeNull();
    expect(weights).toEqual({});
  });
});

it.each(["linear", "tanh", "mean"] as const)("%s has the gradient of its equation", (name) => {
  const to: BridgeTo = { cell: "lstm" satisfies CellName, layers: 2, hidden: H };
  return checkLayer({
    shapes: [
      [B, W],
      [B, W],
      [S, B, M],
    ],
    declared: [
      ["B", W],
      ["B", W],
      ["S", "B", M],
    ],
    others: { lengths: { ...lengths, declared: ["B"] } },
    build: (scope, [lower, upper, outputs], given): Value[] =>
      bridge(
        scope,
        name,
        { layers: 2, parts: ["h"], state: W, outputs: M },
        to,
      )({
        states: [[lower], [upper]],
        outputs,
        lengths: given.lengths,
      })!.flat(),
  });
});

it("does not copy between two widths", () => {
  const scope = new Scope(new Graph("bridge"), { type: "float32", parameters: "inputs" });
  expect(() => bridge(scope, "copy", { layers: 1, parts: ["h"], state: W, outputs: W }, { cell: "gru", layers: 1, hidden: H })).toThrow(
    'bridge "copy" between states of width 4 and 7: the widths must be equal',
  );
});
