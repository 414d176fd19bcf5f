import {
  type Value,
  add,
  gather,
  matmul,
  maxPool,
  mul,
  reduceMean,
  scan,
  squeeze,
  sub,
  tanh,
  transpose,
  unsqueeze,
} from "@s2s/graph-builder";
import { describe, it } from "vitest";
import { type GradientCheck, checkGradient } from "../support/check-gradient.ts";

const [T, B, E, H] = [5, 2, 3, 4];
const all = ({ states, outputs }: { states: Value[]; outputs: Value[] }): Value[] => [...states, ...outputs];

const checks: Record<string, GradientCheck> = {
  "a state that is the last element": {
    shapes: [
      [T, B, E],
      [B, E],
    ],
    build: ([xs, x0]) => all(scan(([last], [x]) => ({ states: [x], outputs: [mul(last, x)] }), [x0], [xs])),
  },
  "a state computed from the element alone": {
    shapes: [
      [T, B, E],
      [B, H],
      [E, H],
    ],
    build: ([xs, x0, w]) => all(scan(([last], [x]) => ({ states: [tanh(matmul(x, w))], outputs: [mul(last, last)] }), [x0], [xs])),
  },
  "a state whose gradient comes from the elements alone": {
    shapes: [
      [T, B, E],
      [B, E],
    ],
    build: ([xs, x0]) => scan(([h], [x]) => ({ states: [mul(x, 2)], outputs: [mul(h, x)] }), [x0], [xs]).outputs[0],
  },
  "a state that does not change": {
    shapes: [
      [T, B, E],
      [B, E],
    ],
    build: ([xs, x0]) => all(scan(([h], [x]) => ({ states: [h], outputs: [mul(h, x)] }), [x0], [xs])),
  },
  "a state set to an outer value": {
    shapes: [
      [T, B, E],
      [B, E],
      [B, E],
    ],
    build: ([xs, x0, c]) => all(scan(([h], [x]) => ({ states: [c], outputs: [mul(h, x)] }), [x0], [xs])),
  },
  "states that change places": {
    shapes: [
      [T, B, E],
      [B, E],
      [B, E],
    ],
    build: ([xs, a0, b0]) => all(scan(([a, b], [x]) => ({ states: [b, add(mul(a, x), b)], outputs: [a, b] }), [a0, b0], [xs])),
  },
  "outputs that are the state, an outer value, the element": {
    shapes: [
      [T, B, E],
      [B, E],
      [B, E],
    ],
    build: ([xs, a0, c]) => all(scan(([a], [x]) => ({ states: [mul(a, x)], outputs: [a, c, x] }), [a0], [xs])),
  },
  "one value as both states and both outputs": {
    shapes: [
      [T, B, E],
      [B, E],
      [B, E],
    ],
    build: ([xs, a0, b0]) =>
      all(
        scan(
          ([a, b], [x]) => {
            const y = tanh(sub(mul(a, x), b));
            return { states: [y, y], outputs: [y, y] };
          },
          [a0, b0],
          [xs],
        ),
      ),
  },
  "one sequence twice, one initial value twice": {
    shapes: [
      [T, B, E],
      [B, E],
    ],
    build: ([xs, a0]) => all(scan(([a, b], [x, y]) => ({ states: [mul(a, x), add(b, y)], outputs: [mul(a, b)] }), [a0, a0], [xs, xs])),
  },
  "a state and an output that nothing reads": {
    shapes: [
      [T, B, E],
      [B, E],
      [B, E],
    ],
    build: ([xs, a0, b0]) => {
      const { outputs } = scan(([a, b], [x]) => ({ states: [tanh(add(a, x)), mul(b, a)], outputs: [a, b] }), [a0, b0], [xs]);
      return [outputs[0], mul(b0, b0)];
    },
  },
  "only the last state is read": {
    shapes: [
      [T, B, E],
      [B, E],
    ],
    build: ([xs, a0]) => scan(([a], [x]) => ({ states: [tanh(add(a, x))], outputs: [a] }), [a0], [xs]).states[0],
  },
  "no state": {
    shapes: [
      [T, B, E],
      [E, H],
    ],
    build: ([xs, w]) =>
      scan((_, [x]) => ({ states: [], outputs: [tanh(matmul(x, w)), transpose(x), reduceMean(x, [0])] }), [], [xs]).outputs,
  },
  "sequences that are not differentiated": {
    shapes: [
      [B, E],
      [E, E],
    ],
    others: { ones: { type: "float64", shape: [T, B, E], data: Float64Array.from({ length: T * B * E }, (_, i) => Math.cos(i)) } },
    build: ([a0, w], { ones }) => all(scan(([a], [x]) => ({ states: [tanh(matmul(mul(a, x), w))], outputs: [a] }), [a0], [ones])),
  },
  "one step": {
    shapes: [
      [1, B, E],
      [B, H],
      [E, H],
      [H, H],
    ],
    build: ([xs, h0, w, u]) =>
      all(
        scan(
          ([h], [x]) => {
            const next = tanh(add(matmul(x, w), matmul(h, u)));
            return { states: [next], outputs: [h] };
          },
          [h0],
          [xs],
        ),
      ),
  },
  "one step of a symbolic number": {
    shapes: [
      [1, B, E],
      [B, E],
    ],
    declared: [
      ["T", "B", E],
      ["B", E],
    ],
    build: ([xs, a0]) => all(scan(([a], [x]) => ({ states: [tanh(mul(a, x))], outputs: [a] }), [a0], [xs], { reverse: true })),
  },
  "integers: embeddings looked up in the loop, by the element and by a carried id": {
    shapes: [
      [7, H],
      [B, H],
      [H, H],
    ],
    others: { ids: { type: "int32", shape: [T, B], data: Int32Array.of(1, 6, 6, 1, 0, 3, 2, 2, 5, 1), declared: ["T", "B"] } },
    declared: [
      [7, H],
      ["B", H],
      [H, H],
    ],
    build: ([table, h0, w], { ids }) => {
      const first = squeeze(gather(ids, table.graph.constant("int64", [1], [0])), 0);
      const { states, outputs } = scan(
        ([h, last], [id]) => {
          const next = tanh(add(gather(table, id), add(matmul(h, w), gather(table, last))));
          return { states: [next, id], outputs: [next] };
        },
        [h0, first],
        [ids],
      );
      return [...outputs, states[0]];
    },
  },
  "windows in the step: places of the largest elements are kept": {
    shapes: [
      [T, B, E, 7],
      [B, E, 7],
    ],
    build: ([xs, a0]) =>
      all(scan(([a], [x]) => ({ states: [tanh(add(a, x))], outputs: [maxPool(add(a, x), 3, { strides: 2 })] }), [a0], [xs])),
  },
  "axes that come and go": {
    shapes: [
      [T, B, E],
      [B, E, 1],
    ],
    build: ([xs, a0]) => all(scan(([a], [x]) => ({ states: [tanh(add(a, unsqueeze(x, -1)))], outputs: [squeeze(a, -1)] }), [a0], [xs])),
  },
};

describe("gradients of scan: states, outputs and sequences", () => {
  for (const [name, check] of Object.entries(checks)) {
    it(name, () => checkGradient(check));
  }
});
