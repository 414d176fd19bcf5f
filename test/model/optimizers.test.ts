import { type Optimizer, adadelta, adagrad, adam, adamw, momentum, nadam, rmsprop, sgd, traceUpdate } from "@s2s/graph-builder";
import { describe, expect, it } from "vitest";
import { type Numbers, type Tensor, runGraph } from "../support/run-graph.ts";
import { floats, integer } from "../support/seq2seq.ts";

const start = [0.5, -1.25, 2, 0.003];
const gradients = [
  [0.1, -2, 0, 3],
  [0.4, -1, 0.02, -3],
  [-0.3, 0.5, 0, 1e-4],
  [0.2, 0.25, -0.7, 0],
  [0.15, -0.125, 0.3, 0.6],
  [-1.5, 2.5, 0.01, -0.2],
];

interface Recorded {
  readonly optimizer: Optimizer;
  readonly rate?: number;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

/** What PyTorch 2.13's optimisers make of these gradients in float64, after the first and the last step. */
const recorded: Record<string, Recorded> = {
  sgd: { optimizer: sgd(), first: [0.495, -1.15, 2, -0.147], last: [0.5475, -1.25625, 2.0185, -0.017005] },
  momentum: {
    optimizer: momentum(0.8),
    first: [0.495, -1.15, 2, -0.147],
    last: [0.4957016, -0.931042, 2.0545384, -0.09016676],
  },
  adam: {
    optimizer: adam({ beta1: 0.8, beta2: 0.99, epsilon: 1e-3 }),
    first: [0.450495049505, -1.20002498751, 2, -0.046983338887],
    last: [0.386211360856, -1.11823405442, 1.98919234358, -0.0368832724344],
  },
  adamw: {
    optimizer: adamw({ beta1: 0.8, beta2: 0.99, epsilon: 1e-3, weightDecay: 0.1 }),
    first: [0.447995049505, -1.19377498751, 1.99, -0.046998338887],
    last: [0.373882970546, -1.08392784346, 1.93067174749, -0.0359245709542],
  },
  nadam: {
    optimizer: nadam({ beta1: 0.8, beta2: 0.99, epsilon: 1e-3 }),
    first: [0.445778312745, -1.19526346414, 2, -0.0517456555752],
    last: [0.446931672987, -1.22769409196, 1.98876989177, -0.0204298074258],
  },
  adagrad: {
    optimizer: adagrad({ epsilon: 1e-3 }),
    first: [0.450495049505, -1.20002498751, 2, -0.046983338887],
    last: [0.446789273265, -1.22801999305, 1.98197053264, -0.0163065575751],
  },
  adadelta: {
    optimizer: adadelta({ rho: 0.8, epsilon: 1e-3 }),
    rate: 0.5,
    first: [0.471132486541, -1.21466673733, 2, -0.032345522222],
    last: [0.480021849104, -1.24941904549, 2.00372427721, -0.00198280959939],
  },
  // PyTorch adds its epsilon (1e-15) to the root, Keras and we ours (1e-30) under it: here the same.
  rmsprop: {
    optimizer: rmsprop({ rho: 0.8, epsilon: 1e-30 }),
    first: [0.388196601125, -1.13819660113, 2.0, -0.108803398875],
    last: [0.372551845872, -1.21817244489, 1.94986946229, -0.0398022987073],
  },
};

const double = (data: Numbers | readonly number[]): Tensor => ({
  type: "float64",
  shape: [data.length],
  data: Float64Array.from(data as number[]),
});
const graphOf = (optimizer: Optimizer, size: number) =>
  traceUpdate([{ name: "w", shape: [size], init: { kind: "zeros" } }], { optimizer }, 1, "float64").graph;

describe.each(Object.entries(recorded))("%s", (_name, { optimizer, rate = 0.05, first, last }) => {
  it("takes the steps that PyTorch takes", async () => {
    let state: Record<string, Tensor> = { w: double(start) };
    for (const slot of optimizer.slots) state[`${slot}/w`] = double(start.map(() => 0));
    for (const [i, gradient] of gradients.entries()) {
      const scalars = { learning_rate: floats("float64", rate), step: integer(i + 1) };
      const results = await runGraph(graphOf(optimizer, start.length), { ...state, "gradient.w": double(gradient), ...scalars });
      state = Object.fromEntries(Object.keys(state).map((name) => [name, double(results[`next.${name}`])]));
      const expected = i === 0 ? first : i === gradients.length - 1 ? last : null;
      for (const [k, w] of expected?.entries() ?? []) expect(state["w"].data[k]).toBeCloseTo(w, 10);
    }
  });
});

describe("nadam", () => {
  it.each([1, 100, 20_000])("knows the product of all momenta so far at step %d, which nothing carries", async (step) => {
    const momentumAt = (t: number): number => 0.9 * (1 - 0.5 * 0.96 ** (0.004 * t));
    let product = 1;
    for (let t = 1; t <= step; t++) product *= momentumAt(t);
    const [now, after] = [momentumAt(step), momentumAt(step + 1)];
    // M = 1 before the step and no gradient: m' = 0.1 * 0.9. With V = 1 / 0.999, V' = 1: the divisor is sqrt(0.001 / (1 - b2^t)) + 1.
    const divisor = Math.sqrt(0.001 / (1 - 0.999 ** step)) + 1;
    const expected = -(after * 0.09) / (1 - product * after) / divisor;
    const results = await runGraph(graphOf(nadam({ epsilon: 1 }), 1), {
      w: double([0]),
      "gradient.w": double([0]),
      "mean/w": double([1]),
      "square/w": double([1 / 0.999]),
      learning_rate: floats("float64", 1),
      step: integer(step),
    });
    expect(results["next.w"][0]).toBeCloseTo(expected, 12);
    expect(now).toBeLessThan(after);
  });
});
