import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CELLS,
  type Graph,
  LEAST_DYNAMIC,
  type Shape,
  type TracedVariant,
  planInt8,
  readGraphStatistics,
  traceAnswers,
  traceVariant,
} from "@s2s/graph-builder";
import { Reference } from "@s2s/parity";
import type { Session } from "@s2s/runtime/ort";
import { type CellName, PRECISIONS, type Precision, type Seq2SeqConfig } from "@s2s/runtime/manifest";
import { afterAll, describe, expect, it } from "vitest";
import type { Tensor } from "../support/run-graph.ts";
import { batchOf, modelOf, models, type Pair, pairs, weightsOf } from "../support/seq2seq.ts";
import { meaningOf, openGraph, runOnce, storedOf } from "../support/variants.ts";

const sessions: Session[] = [];
afterAll(async () => {
  for (const session of sessions) await session.release();
});

interface Opened {
  readonly variant: TracedVariant;
  readonly meaning: ReturnType<typeof meaningOf>;
  run(graph: "encoder" | "decoder" | "generate", feeds: Record<string, Tensor>): ReturnType<typeof runOnce>;
}

async function open(model: Seq2SeqConfig, precision: Precision): Promise<Opened> {
  const variant = traceVariant(model, precision);
  const stored = storedOf(variant, weightsOf(variant.parameters, "float32"));
  const loaded = new Map<string, Session>();
  return {
    variant,
    meaning: meaningOf(stored),
    async run(name, feeds) {
      let session = loaded.get(name);
      if (!session) {
        session = await openGraph(variant.graphs[name]!, stored);
        loaded.set(name, session);
        sessions.push(session);
      }
      return runOnce(session, feeds);
    },
  };
}

const encoderFeeds = (rows: readonly Pair[]): Record<string, Tensor> => {
  const { source, source_lengths: lengths } = batchOf(rows);
  return { source, source_lengths: lengths };
};

const int32 = (shape: number[], data: Int32Array): Tensor => ({ type: "int32", shape, data });

/** Logits [T][B * V] under teacher forcing, step by step. */
async function logitsOf({ variant, run }: Opened, rows: readonly Pair[], steps: number): Promise<number[][]> {
  const { target_input: input } = batchOf(rows);
  const width = input.shape[1];
  const feeds = encoderFeeds(rows);
  const [batch, longest] = feeds.source.shape;
  const sized = (shape: Shape): number[] => [batch, ...shape.map((dim) => (dim === "S" ? longest : Number(dim)))];
  const begun = await run("encoder", feeds);
  const held = variant.memory.map((name): [string, Tensor] => {
    const { type, shape } = variant.graphs.decoder!.inputs.find((known) => known.name === name)!;
    return [name, { type, shape: sized(shape.slice(1)), data: begun[name] }];
  });
  let states = variant.states.map(({ initial, shape }): Tensor["data"] => {
    return initial === null ? new Float32Array(sized(shape).reduce((x, y) => x * y)) : begun[initial];
  });
  const logits: number[][] = [];
  for (let t = 0; t < steps; t++) {
    const token = Int32Array.from(rows, (_, row) => Number(input.data[row * width + t]));
    const before = variant.states.map((state, i): [string, Tensor] => {
      return [state.input, { type: "float32", shape: sized(state.shape), data: states[i] }];
    });
    const after = await run("decoder", { token: int32([batch], token), ...Object.fromEntries([...before, ...held]) });
    states = variant.states.map(({ output }) => after[output]);
    logits.push(Array.from(after.logits, Number));
  }
  return logits;
}

const far = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]) / Math.max(1, Math.abs(b[i]))));

describe.each(Object.entries(models))("%s", (_name, model) => {
  it.each(PRECISIONS)("computes in float32 with the numbers that it stores: %s", async (precision) => {
    const opened = await open(model, precision);
    const reference = new Reference(model, opened.meaning);
    const steps = Math.min(...pairs.map(({ target }) => target.length));
    const logits = await logitsOf(opened, pairs, steps);
    const V = model.output.vocabulary;
    for (const [row, { source, target }] of pairs.entries()) {
      const expected = reference.logits(source, [2, ...target.slice(0, steps - 1)]);
      for (const [t, each] of expected.entries()) expect(far(logits[t].slice(row * V, (row + 1) * V), Array.from(each))).toBeLessThan(1e-5);
    }
  });
});

it("ONNX Runtime decodes stored weights when it loads a graph, those that loops read too: what runs is the float32 graph", async () => {
  const model = models["bidirectional, bridged"];
  const folder = mkdtempSync(join(tmpdir(), "s2s-folded-"));
  const operators = async (precision: Precision, name: "encoder" | "decoder" | "generate"): Promise<Record<string, number>> => {
    const variant = traceVariant(model, precision);
    const file = join(folder, `${name}.${precision}.onnx`);
    const stored = storedOf(variant, weightsOf(variant.parameters, "float32"));
    const session = await openGraph(variant.graphs[name]!, stored, { ort: { optimizedModelFilePath: file } });
    await session.release();
    return readGraphStatistics(readFileSync(file)).operators;
  };
  try {
    for (const name of ["encoder", "decoder", "generate"] as const) {
      const expected = await operators("float32", name);
      expect(Object.keys(expected)).toContain(name === "generate" ? "Loop" : "Gather");
      for (const precision of ["float16", "int8"] as const) expect(await operators(precision, name)).toEqual(expected);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Widths from which on products are computed in eight bits; embeddings and vocabularies stay small. */
const wide = (...[encoder, decoder, sizes]: Parameters<typeof modelOf>): Seq2SeqConfig =>
  modelOf({ hidden: 256, ...encoder }, { hidden: 256, ...decoder }, sizes);

describe("which products are computed in eight bits", () => {
  const planOf = (model: Seq2SeqConfig): Record<string, string> => {
    const traced = traceAnswers(
      model,
      "float32",
      CELLS[model.encoder.cell].gates * model.encoder.hidden ** 2 < LEAST_DYNAMIC ? "operator" : "loop",
    );
    return Object.fromEntries([...planInt8(traced)].map(([name, { axis, products }]) => [name, `${products} ${axis}`]));
  };

  it("none of a small model", () => {
    expect(planOf(modelOf())).toEqual({
      "encoder.embedding.w": "float32 0",
      "encoder.layers.0.wx": "float32 1",
      "encoder.layers.0.wh": "float32 1",
      "decoder.embedding.w": "float32 0",
      "decoder.layers.0.wx": "float32 1",
      "decoder.layers.0.wh": "float32 1",
      "decoder.readout.w": "float32 1",
    });
  });

  it("the recurrent ones of a wide model, whose operand cannot leave [-1, 1]", () => {
    expect(planOf(wide({ bidirectional: true }, { hidden: 512 }))).toMatchObject({
      "encoder.layers.0.wx": "float32 1",
      "encoder.layers.0.wh": "unit 1",
      "encoder.layers.0.backward.wh": "unit 1",
      "decoder.layers.0.wh": "unit 1",
      "decoder.readout.w": "float32 1",
    });
  });

  it("those of upper layers, which read the layer below", () => {
    expect(planOf(wide({ layers: 2 }, { layers: 2 }))).toMatchObject({
      "encoder.layers.1.wx": "unit 1",
      "encoder.layers.1.wh": "unit 1",
      "decoder.layers.1.wx": "unit 1",
      "decoder.layers.1.wh": "unit 1",
    });
  });

  it("those of any cell whose h cannot leave [-1, 1], of a GRU also the candidate's", () => {
    const of = (cell: CellName, hidden: number) => planOf(wide({ cell, hidden, bidirectional: true }, { cell, hidden: 2 * hidden }));
    expect(of("gru", 512)).toMatchObject({
      "encoder.layers.0.wh": "unit 1",
      "encoder.layers.0.backward.wn": "unit 1",
      "decoder.layers.0.wh": "unit 1",
      "decoder.layers.0.wn": "unit 1",
    });
    expect(of("gru-reset-after", 512)).toMatchObject({ "encoder.layers.0.wh": "unit 1", "decoder.layers.0.wh": "unit 1" });
    expect(of("layer-norm-lstm", 256)).toMatchObject({ "encoder.layers.0.wh": "unit 1", "decoder.layers.0.wh": "unit 1" });
    expect(of("rnn", 512)).toMatchObject({ "encoder.layers.0.wh": "unit 1", "decoder.layers.0.wh": "unit 1" });
    expect(of("rnn-relu", 512)).toMatchObject({ "encoder.layers.0.wh": "rows 1", "decoder.layers.0.wh": "rows 1" });
  });

  it.each([
    ["gru", 362, "GRU"],
    ["gru-reset-after", 295, "GRU"],
    ["rnn", 511, "RNN"],
  ] as const)("%s of %i units is the runtime's operator, of one more a loop", (cell, hidden, operator) => {
    const encoderOf = (units: number) => traceVariant(wide({ cell, hidden: units }, { cell, hidden: units }), "int8").graphs.encoder!;
    expect([count(encoderOf(hidden), operator), count(encoderOf(hidden), "Scan")]).toEqual([1, 0]);
    expect([count(encoderOf(hidden + 1), operator), count(encoderOf(hidden + 1), "Scan")]).toEqual([0, 1]);
  });

  it("row by row where the operand has no bound: what a bridge gives, and the rows of a large embedding", () => {
    const bridged = planOf(wide({ hidden: 300 }));
    expect(bridged["decoder.layers.0.wh"]).toBe("rows 1");
    const large = planOf(wide({ embedding: 256 }, { embedding: 256 }, { source: 3000, target: 3000 }));
    expect(large).toMatchObject({
      "encoder.embedding.w": "float32 0",
      "encoder.layers.0.wx": "rows 1",
      "decoder.layers.0.wx": "rows 1",
      "decoder.readout.w": "unit 1",
    });
  });

  it("and they are integer products in every graph, the encoder's loop and both searches included", () => {
    const { encoder, decoder, generate } = traceVariant(wide(), "int8").graphs;
    expect([encoder, decoder, generate].map((graph) => count(graph!, "MatMulInteger"))).toEqual([1, 1, 3]);
    expect([encoder, generate].map((graph) => count(graph!, "LSTM"))).toEqual([0, 0]);
  });
});

/** Nodes of a graph and of those inside of it. */
function count(graph: Graph, op: string): number {
  return graph.nodes.reduce((sum, node) => {
    const inside = Object.values(node.attributes).flatMap((value) =>
      typeof value === "object" && "nodes" in value ? [value as Graph] : [],
    );
    return sum + Number(node.op === op) + inside.reduce((inner, each) => inner + count(each, op), 0);
  }, 0);
}

describe.each([
  ["bounded states", wide()],
  ["bidirectional, two layers, reversed", wide({ bidirectional: true, layers: 2, reverseSource: true }, { hidden: 512, layers: 2 })],
  ["a bridge", wide({ hidden: 300 })],
] as const)("a wide model in eight bits, %s", (_name, model) => {
  it("is near what its numbers give in float64, and not the same", async () => {
    const opened = await open(model, "int8");
    const reference = new Reference(model, opened.meaning);
    const logits = await logitsOf(opened, pairs, 2);
    const V = model.output.vocabulary;
    const differences = pairs.flatMap(({ source, target }, row) =>
      reference.logits(source, [2, ...target.slice(0, 1)]).map((each, t) => far(logits[t].slice(row * V, (row + 1) * V), Array.from(each))),
    );
    expect(Math.max(...differences)).toBeLessThan(2e-2);
    expect(Math.max(...differences)).toBeGreaterThan(1e-6);
  });

  it("answers a source the same whatever else is in the batch, to the last bit", async () => {
    const opened = await open(model, "int8");
    const together = await opened.run("encoder", encoderFeeds(pairs));
    const logits = await logitsOf(opened, pairs, 2);
    for (const [row, pair] of pairs.entries()) {
      const alone = await opened.run("encoder", encoderFeeds([pair]));
      for (const [name, data] of Object.entries(alone)) {
        expect(Array.from(together[name].subarray(row * data.length, (row + 1) * data.length), Number)).toEqual(Array.from(data, Number));
      }
      const V = model.output.vocabulary;
      expect(await logitsOf(opened, [pair], 2)).toEqual(logits.map((each) => each.slice(row * V, (row + 1) * V)));
    }
  });

  it("generates what its encoder and decoder give step by step", async () => {
    const opened = await open(model, "int8");
    const most = 8;
    const whole = await opened.run("generate", {
      ...encoderFeeds(pairs),
      max_length: int32([], Int32Array.of(most)),
      beams: int32([], Int32Array.of(1)),
      length_penalty: { type: "float32", shape: [], data: Float32Array.of(1) },
    });
    const width = whole.ids.length / pairs.length;
    for (const [row, { source }] of pairs.entries()) {
      const found: number[] = [];
      let score = 0;
      for (let t = 0; t < most && found.at(-1) !== 3; t++) {
        const rows = await logitsOf(opened, [{ source, target: [...found, 3] }], t + 1);
        const logits = rows[t];
        const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
        const best = logits
          .map((logit, id) => (id === 0 || id === 2 ? -Infinity : logit))
          .reduce((at, logit, id, all) => (logit > all[at] ? id : at), 1);
        score += logits[best] - total;
        found.push(best);
      }
      const length = Number(whole.lengths[row]);
      expect(Array.from(whole.ids.subarray(row * width, row * width + length), Number)).toEqual(found.filter((id) => id !== 3));
      expect(Math.abs(Number(whole.scores[row]) - score)).toBeLessThan(1e-4 * most);
    }
  });
});
