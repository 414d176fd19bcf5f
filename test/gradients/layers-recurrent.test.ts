import { CELLS, type RecurrentOptions, type ScopeOptions, type Value, embedding, recurrent } from "@s2s/graph-builder";
import type { CellName } from "@s2s/runtime/manifest";
import { describe, it } from "vitest";
import { type LayerCheck, checkLayer } from "../support/check-layer.ts";
import type { Tensor } from "../support/run-graph.ts";

const [T, B, E, V] = [5, 3, 4, 7];
/** Of two numbers a normalisation leaves the sign alone, which central differences cannot follow. */
const width = (cell: CellName): number => (cell === "layer-norm-lstm" ? 6 : 2);
const int32 = (shape: number[], ...data: number[]): Tensor => ({ type: "int32", shape, data: Int32Array.from(data) });
const lengths = { ...int32([B], 5, 2, 4), declared: ["B"] };
const ids = { ...int32([T, B], 6, 1, 3, 3, 0, 2, 1, 5, 3, 3, 3, 4, 0, 2, 2), declared: ["T", "B"] };

interface Given {
  readonly lengths?: boolean;
  readonly initial?: boolean;
  readonly dropping?: (seed: Value) => Partial<ScopeOptions>;
}

const stack = (cell: CellName, options: Partial<RecurrentOptions>, given: Given = {}): LayerCheck => {
  const { layers = 1, hidden = width(cell) } = options;
  const { parts } = CELLS[cell];
  const states = given.initial ? Array.from({ length: layers * parts.length }, () => [B, hidden]) : [];
  return {
    shapes: [[T, B, E], ...states],
    declared: [["T", "B", E], ...states.map(() => ["B", hidden])],
    others: { lengths, ...(given.dropping ? { seed: int32([], 11) } : {}) },
    options: ({ seed }) => given.dropping?.(seed) ?? {},
    build: (scope, [x, ...initial], others) => {
      const start = given.initial
        ? Array.from({ length: layers }, (_, i) => initial.slice(i * parts.length, (i + 1) * parts.length))
        : null;
      const { outputs, states: last } = recurrent(scope, { cell, inputs: E, hidden, layers, ...options }).run(
        x,
        start,
        given.lengths ? others.lengths : null,
      );
      return [outputs, ...last.flat()];
    },
  };
};

const cases: Record<string, (cell: CellName) => LayerCheck> = {
  "one layer": (cell) => stack(cell, {}),
  "an initial state": (cell) => stack(cell, {}, { initial: true }),
  lengths: (cell) => stack(cell, {}, { lengths: true }),
  "both directions": (cell) => stack(cell, { bidirectional: true }),
  "both directions, lengths": (cell) => stack(cell, { bidirectional: true }, { lengths: true }),
  "three layers, initial states": (cell) => stack(cell, { layers: 3 }, { initial: true }),
  "two layers, both directions, lengths": (cell) => stack(cell, { layers: 2, bidirectional: true }, { lengths: true }),
  "three residual layers": (cell) => stack(cell, { layers: 3, residual: true }, { lengths: true }),
  "two residual layers, both directions": (cell) => stack(cell, { layers: 2, residual: true, bidirectional: true }, { lengths: true }),
  "dropout between layers": (cell) => stack(cell, { layers: 2, hidden: 6 }, { dropping: (seed) => ({ dropout: { rate: 0.3, seed } }) }),
  "recurrent dropout": (cell) =>
    stack(cell, { hidden: 6, bidirectional: true }, { lengths: true, dropping: (seed) => ({ recurrentDropout: { rate: 0.3, seed } }) }),
  "on an embedding, whose table is multiplied out": (cell) => ({
    shapes: [],
    others: { ids, lengths },
    options: () => ({ tokens: 1000 }),
    build: (scope, _, given) => {
      const x = embedding(scope.in("embedding"), V, E)(given.ids);
      return recurrent(scope.in("layers"), { cell, inputs: E, hidden: width(cell), layers: 1, bidirectional: true }).run(
        x,
        null,
        given.lengths,
      ).outputs;
    },
  }),
};

for (const cell of Object.keys(CELLS) as CellName[]) {
  describe(`gradients of ${cell} layers, with respect to inputs and parameters`, () => {
    for (const [name, check] of Object.entries(cases)) it(name, () => checkLayer({ seed: 3, ...check(cell) }));
  });
}
