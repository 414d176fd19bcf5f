import { Graph, Scope, gradients, mul, reduceSum, reshape, swapBatchAndTime } from "@s2s/graph-builder";
import type { Seq2SeqConfig } from "@s2s/runtime/manifest";
import { describe, expect, it } from "vitest";
import { scheduledSampling } from "../../packages/graph-builder/src/layers/scheduled-sampling.ts";
import { runDecoder } from "../../packages/graph-builder/src/models/decoder-run.ts";
import { modelInput } from "../../packages/graph-builder/src/models/inputs/index.ts";
import { seq2seq } from "../../packages/graph-builder/src/models/seq2seq.ts";
import { numbers } from "../support/check-gradient.ts";
import { type Feeds, type Tensor, runGraph } from "../support/run-graph.ts";
import { batchOf, floats, integer, modelOf, pairs, weightsOf } from "../support/seq2seq.ts";

const [V, SEED] = [13, 5];
const batch = batchOf(pairs);
const [B, T] = batch["target_input"].shape;
const weighting: Tensor = { type: "float64", shape: [T, B, V], data: numbers(T * B * V, 3) };

/** The decoder's logits [T, B, V] and the gradients of a weighted sum of them, with tokens of its own or, without a rate, with the given ones. */
function traced(model: Seq2SeqConfig, sampled: boolean) {
  const graph = new Graph("decode");
  const inputs = modelInput(model.input).declare(graph, { batch: "B", source: "S" }, "float64");
  const ids = swapBatchAndTime(graph.input("target_input", "int32", ["B", "T"]));
  const scope = new Scope(graph, { type: "float64", parameters: "inputs", tokens: 1000 });
  const net = seq2seq(scope, model);
  const choice = sampled
    ? scheduledSampling(scope.in("sampling"), {
        seed: graph.input("seed", "int32", []),
        teacherForcing: graph.input("teacher_forcing", "float64", []),
        steps: "T",
        batch: "B",
      })
    : undefined;
  const { rows } = runDecoder(net.decoder, ids, net.begin(inputs), choice);
  const flat = net.decoder.logits(rows.map((row) => reshape(row, ["B*T", row.shape[2]])));
  const logits = reshape(flat, ["T", "B", V]);
  graph.output("logits", logits);
  const loss = reduceSum(mul(logits, graph.input("weighting", "float64", ["T", "B", V])));
  const found = gradients(
    loss,
    scope.parameters.map(({ value }) => value),
  );
  for (const [i, { spec }] of scope.parameters.entries()) graph.output(`gradient.${spec.name}`, found[i]);
  return { graph, specs: scope.parameters.map(({ spec }) => spec) };
}

const argMaxOf = (logits: readonly number[]): number =>
  logits.reduce((best, x, id) => (id !== 0 && id !== 2 && x > logits[best] ? id : best), 1);

/** Places where the model's own token is read: [T, B]. */
function readsOwn(teacherForcing: number): boolean[] {
  let key = 0x811c9dc5;
  for (const character of "sampling.") key = Math.imul(key ^ character.codePointAt(0)!, 0x01000193);
  return Array.from({ length: T * B }, (_, i) => {
    let h = (Math.imul(i, 0x9e3779b1) + SEED + key) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h >>> 8) / 2 ** 24 >= teacherForcing;
  });
}

const models: Record<string, Seq2SeqConfig> = {
  plain: modelOf({}, { layers: 2 }),
  "input feeding": modelOf({}, { attention: "general", inputFeeding: true }),
  additive: modelOf({ bidirectional: true, hidden: 4 }, { hidden: 6, attention: "additive", coverage: true }),
};

describe.each(Object.entries(models))("scheduled sampling, %s", (_name, model) => {
  it.each([1, 0.5, 0])("reads the true token with probability %d, else its own of the step before", async (teacherForcing) => {
    const { graph, specs } = traced(model, true);
    const shared: Feeds = { ...batch, ...weightsOf(specs, "float64"), weighting };
    const found = await runGraph(graph, { ...shared, seed: integer(SEED), teacher_forcing: floats("float64", teacherForcing) });

    // The plain decoder, given step by step what the other has to have read.
    const own = readsOwn(teacherForcing);
    const read = Int32Array.from(batch["target_input"].data, Number);
    let plain = await runGraph(traced(model, false).graph, { ...shared, target_input: { ...batch["target_input"], data: read } });
    for (let t = 0; t < T; t++) {
      for (let b = 0; b < B; b++) {
        if (!own[t * B + b]) continue;
        const before = (t - 1) * B + b;
        read[b * T + t] = t === 0 ? 2 : argMaxOf(Array.from(plain["logits"].subarray(before * V, (before + 1) * V) as Float64Array));
      }
      plain = await runGraph(traced(model, false).graph, { ...shared, target_input: { ...batch["target_input"], data: read.slice() } });
    }
    if (teacherForcing === 0.5) expect(new Set(own).size).toBe(2);
    for (const [name, values] of Object.entries(plain)) {
      for (const [i, value] of values.entries()) expect(Number(found[name][i]), `${name}[${i}]`).toBeCloseTo(Number(value), 10);
    }
  });
});
