import {
  type Optimizer,
  type ParameterSpec,
  adadelta,
  adagrad,
  adam,
  adamw,
  averaged,
  initialize,
  momentum,
  nadam,
  rmsprop,
  sgd,
  traceGradients,
  traceTrain,
  traceUpdate,
} from "@s2s/graph-builder";
import { describe, expect, it } from "vitest";
import { type Tensor, runGraph } from "../support/run-graph.ts";
import { batchOf, floats, integer, models, pairs, weightsOf } from "../support/seq2seq.ts";

const parameters: ParameterSpec[] = [
  { name: "a", shape: [3, 2], init: { kind: "normal", deviation: 1 } },
  { name: "b", shape: [5], init: { kind: "uniform", bound: 2 } },
];
const rate = 0.05;
const double = (shape: readonly number[], data: ArrayLike<number>): Tensor => ({ type: "float64", shape, data: Float64Array.from(data) });
const gradientOf = (spec: ParameterSpec, step: number): Float64Array =>
  Float64Array.from(initialize({ ...spec, name: `${spec.name}${step}` }, 5));

/** One number's path under the rules as their papers write them. */
type Rule = () => (w: number, g: number, step: number) => number;
const rules: Record<string, { optimizer: Optimizer; rule: Rule }> = {
  sgd: { optimizer: sgd(), rule: () => (w, g) => w - rate * g },
  momentum: {
    optimizer: momentum(0.8),
    rule: () => {
      let v = 0;
      return (w, g) => w - rate * (v = 0.8 * v + g);
    },
  },
  adam: { optimizer: adam({ beta1: 0.8, beta2: 0.99, epsilon: 1e-3 }), rule: () => adamReference(0) },
  adamw: { optimizer: adamw({ beta1: 0.8, beta2: 0.99, epsilon: 1e-3, weightDecay: 0.1 }), rule: () => adamReference(0.1) },
  nadam: { optimizer: nadam({ beta1: 0.8, beta2: 0.99, epsilon: 1e-3 }), rule: nadamReference },
  // Keras' form: epsilon under the root.
  rmsprop: {
    optimizer: rmsprop({ rho: 0.7, epsilon: 0.05 }),
    rule: () => {
      let v = 0;
      return (w, g) => w - (rate * g) / Math.sqrt((v = 0.7 * v + 0.3 * g * g) + 0.05);
    },
  },
  adagrad: {
    optimizer: adagrad({ epsilon: 0.05 }),
    rule: () => {
      let v = 0;
      return (w, g) => w - (rate * g) / (Math.sqrt((v += g * g)) + 0.05);
    },
  },
  adadelta: {
    optimizer: adadelta({ rho: 0.7, epsilon: 0.05 }),
    rule: () => {
      let [v, u] = [0, 0];
      return (w, g) => {
        v = 0.7 * v + 0.3 * g * g;
        const change = (Math.sqrt(u + 0.05) / Math.sqrt(v + 0.05)) * g;
        u = 0.7 * u + 0.3 * change * change;
        return w - rate * change;
      };
    },
  },
};

const nadamMomentum = (t: number): number => 0.8 * (1 - 0.5 * 0.96 ** (0.004 * t));

function nadamReference() {
  let [m, v, product] = [0, 0, 1];
  return (w: number, g: number, t: number): number => {
    m = 0.8 * m + 0.2 * g;
    v = 0.99 * v + 0.01 * g * g;
    const [now, after] = [nadamMomentum(t), nadamMomentum(t + 1)];
    product *= now;
    const size = Math.sqrt(v / (1 - 0.99 ** t)) + 1e-3;
    return w - (rate * (((1 - now) * g) / (1 - product) + (after * m) / (1 - product * after))) / size;
  };
}

function adamReference(decay: number) {
  let m = 0;
  let v = 0;
  return (w: number, g: number, t: number): number => {
    m = 0.8 * m + 0.2 * g;
    v = 0.99 * v + 0.01 * g * g;
    return w - rate * decay * w - (rate * (m / (1 - 0.8 ** t))) / (Math.sqrt(v / (1 - 0.99 ** t)) + 1e-3);
  };
}

describe.each(Object.entries(rules))("%s", (_name, { optimizer, rule }) => {
  it.each([
    [0, 0],
    [0.7, 0],
    [0, 0.4],
    [0.7, 0.2],
  ])("follows its equations over several steps, the norm clipped at %d, then numbers at %d", async (clipNorm, clipValue) => {
    const shards = 2;
    let state: Record<string, Tensor> = Object.fromEntries(
      parameters.flatMap((spec) => [
        [spec.name, double(spec.shape, initialize(spec, 1))],
        ...optimizer.slots.map((slot) => [`${slot}/${spec.name}`, double(spec.shape, initialize({ ...spec, init: { kind: "zeros" } }, 1))]),
      ]),
    );
    const expected = parameters.map((spec) => Array.from(initialize(spec, 1)));
    const paths = parameters.map((_, p) => expected[p].map(() => rule()));
    for (let step = 1; step <= 4; step++) {
      const gradients = parameters.map((spec) => gradientOf(spec, step));
      const norm = Math.sqrt(gradients.flatMap((g) => [...g]).reduce((sum, g) => sum + g * g, 0));
      const factor = clipNorm > 0 ? Math.min(1, clipNorm / (norm + 1e-6)) : 1;
      // The shards' gradients add up to the whole.
      const feeds: Record<string, Tensor> = { learning_rate: floats("float64", rate), step: integer(step) };
      for (const [p, { name, shape }] of parameters.entries()) {
        feeds[`gradient.0.${name}`] = double(
          shape,
          gradients[p].map((g) => 0.25 * g),
        );
        feeds[`gradient.1.${name}`] = double(
          shape,
          gradients[p].map((g) => 0.75 * g),
        );
      }
      const results = await runGraph(traceUpdate(parameters, { optimizer, clipNorm, clipValue }, shards, "float64").graph, {
        ...feeds,
        ...state,
      });
      expect(Number(results.gradient_norm[0])).toBeCloseTo(norm, 9);
      for (const [p, { name }] of parameters.entries()) {
        const clipped = gradients[p].map((g) => (clipValue > 0 ? Math.max(-clipValue, Math.min(clipValue, g * factor)) : g * factor));
        expected[p] = expected[p].map((w, i) => paths[p][i](w, clipped[i], step));
        for (const [i, w] of expected[p].entries()) expect(Number(results[`next.${name}`][i])).toBeCloseTo(w, 9);
      }
      state = Object.fromEntries(Object.keys(state).map((name) => [name, { ...state[name], data: results[`next.${name}`] }]));
    }
  });
});

it("keeps the mean of the steps so far, later ones counting more, and trains as without it", async () => {
  const [decay, steps] = [0.7, 5];
  const spec = parameters[1];
  const run = async (optimizer: Optimizer): Promise<Record<string, Tensor>[]> => {
    const zeros = double(spec.shape, initialize({ ...spec, init: { kind: "zeros" } }, 1));
    let state = Object.fromEntries(["", ...optimizer.slots.map((slot) => `${slot}/`)].map((name) => [`${name}b`, zeros]));
    state["b"] = double(spec.shape, initialize(spec, 1));
    const { graph } = traceUpdate([spec], { optimizer }, 1, "float64");
    const states: Record<string, Tensor>[] = [];
    for (let step = 1; step <= steps; step++) {
      const feeds = {
        learning_rate: floats("float64", rate),
        step: integer(step),
        "gradient.b": double(spec.shape, gradientOf(spec, step)),
      };
      const results = await runGraph(graph, { ...feeds, ...state });
      state = Object.fromEntries(Object.keys(state).map((name) => [name, double(spec.shape, results[`next.${name}`] as Float64Array)]));
      states.push(state);
    }
    return states;
  };
  const [plain, found] = [await run(adam()), await run(averaged(adam(), decay))];
  for (const [i, { b }] of found.entries()) expect(b).toEqual(plain[i]["b"]);
  for (let last = 1; last <= steps; last++) {
    const shares = Array.from({ length: last }, (_, i) => decay ** (last - 1 - i));
    const total = shares.reduce((a, b) => a + b);
    for (const [n, mean] of [...(found[last - 1]["average/b"].data as Float64Array)].entries()) {
      const expected = shares.reduce((sum, share, i) => sum + (share / total) * Number(plain[i]["b"].data[n]), 0);
      expect(mean).toBeCloseTo(expected, 12);
    }
  }
});

describe("train.onnx", () => {
  it("is gradients.onnx and update.onnx in one", async () => {
    const model = models["bidirectional, bridged"];
    const options = { model, type: "float64", dropout: 0.2, labelSmoothing: 0.1 } as const;
    const rule = { optimizer: adam(), clipNorm: 0.5 };
    const train = traceTrain({ ...options, ...rule });
    const weights = weightsOf(train.parameters, "float64");
    const slots = Object.fromEntries(
      train.parameters.flatMap(({ name, shape }) =>
        ["mean", "square"].map((slot) => [`${slot}/${name}`, double(shape, new Float64Array(shape.reduce((a, b) => a * b, 1)))]),
      ),
    );
    const scalars = { learning_rate: floats("float64", rate), step: integer(1) };
    const whole = { ...batchOf(pairs), dropout_seed: integer(3), scale: floats("float64", 1 / 13) };
    const once = await runGraph(train.graph, { ...whole, ...weights, ...slots, ...scalars });
    const found = await runGraph(traceGradients(options).graph, { ...whole, ...weights });
    const gradients = Object.fromEntries(
      train.parameters.map(({ name, shape }) => [`gradient.${name}`, double(shape, found[`gradient.${name}`] as Float64Array)]),
    );
    const twice = await runGraph(traceUpdate(train.parameters, rule, 1, "float64").graph, {
      ...gradients,
      ...weights,
      ...slots,
      ...scalars,
    });
    expect(Number(once.loss_sum[0])).toBeCloseTo(Number(found.loss_sum[0]), 12);
    for (const { name } of train.parameters) {
      for (const [i, w] of (once[`next.${name}`] as Float64Array).entries()) expect(w).toBeCloseTo(Number(twice[`next.${name}`][i]), 12);
    }
  });

  it("adds shards' gradients up to those of the whole batch", async () => {
    const model = models["two layers"];
    const { parameters } = traceGradients({ model, type: "float64" });
    const weights = weightsOf(parameters, "float64");
    const run = async (rows: typeof pairs) =>
      runGraph(traceGradients({ model, type: "float64" }).graph, { ...batchOf(rows, 1), ...weights, scale: floats("float64", 1 / 13) });
    const [all, first, second] = [await run(pairs), await run(pairs.slice(0, 1)), await run(pairs.slice(1))];
    for (const name of parameters.map((spec) => `gradient.${spec.name}`)) {
      for (const [i, g] of (all[name] as Float64Array).entries())
        expect(Number(first[name][i]) + Number(second[name][i])).toBeCloseTo(g, 12);
    }
  });
});
