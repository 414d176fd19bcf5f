import { type FloatType, type Graph, type ParameterSpec, initialize } from "@s2s/graph-builder";
import type { EncoderConfig, OutputOf, Seq2SeqConfig } from "@s2s/runtime/manifest";
import type { Tensor } from "./run-graph.ts";

type Encoder = EncoderConfig & { embedding: number };

/** A model from tokens to tokens. */
export function modelOf(
  { embedding = 3, ...encoder }: Partial<Encoder> = {},
  decoder: Partial<OutputOf<"tokens">> = {},
  { source = 11, target = 13 } = {},
): Seq2SeqConfig {
  const recurrent = { cell: "lstm", hidden: 5, layers: 1, residual: false } as const;
  const e = { ...recurrent, bidirectional: false, reverseSource: false, ...encoder };
  const d = { ...recurrent, ...decoder };
  return {
    input: { kind: "tokens", vocabulary: source, embedding },
    encoder: e,
    output: {
      kind: "tokens",
      vocabulary: target,
      embedding: 4,
      bridge: e.hidden * (e.bidirectional ? 2 : 1) === d.hidden ? "copy" : "linear",
      context: "initial",
      attention: "none",
      coverage: false,
      inputFeeding: false,
      copy: false,
      tied: false,
      shared: false,
      ...d,
    },
  };
}

/** Models that differ in every option; sizes are pairwise distinct so that a swapped axis cannot pass. */
export const models: Readonly<Record<string, Seq2SeqConfig>> = {
  plain: modelOf(),
  "reversed source": modelOf({ reverseSource: true }),
  "two layers": modelOf({ layers: 2 }, { layers: 2 }),
  "bidirectional, bridged": modelOf({ bidirectional: true, hidden: 6 }, { hidden: 7 }),
  "bidirectional, two layers, reversed": modelOf(
    { bidirectional: true, layers: 2, hidden: 3, reverseSource: true },
    { hidden: 6, layers: 3 },
  ),
  "deep encoder": modelOf({ layers: 3 }, { layers: 2 }),
  "GRU, residual": modelOf({ cell: "gru", layers: 2, residual: true }, { cell: "gru", layers: 3, residual: true }),
  "GRU to LSTM, squashed": modelOf(
    { cell: "gru-reset-after", bidirectional: true, hidden: 3 },
    { cell: "lstm", hidden: 6, bridge: "tanh" },
  ),
  "LSTM to GRU, copied": modelOf({ layers: 2 }, { cell: "gru-reset-after", layers: 2 }),
  "normalised LSTM, from the mean": modelOf({ cell: "layer-norm-lstm", hidden: 8 }, { cell: "layer-norm-lstm", hidden: 9, bridge: "mean" }),
  "simple cells": modelOf({ cell: "rnn" }, { cell: "rnn-relu" }),
  "context in every step": modelOf(
    { cell: "gru", bidirectional: true, reverseSource: true },
    { cell: "gru", hidden: 6, context: "every-step" },
  ),
  "dot attention": modelOf({}, { attention: "dot" }),
  "scaled attention, input feeding, residual": modelOf(
    { bidirectional: true, hidden: 3 },
    { attention: "scaled-dot", inputFeeding: true, cell: "gru", hidden: 6, layers: 3, residual: true },
  ),
  "general attention, coverage": modelOf(
    { bidirectional: true, hidden: 3 },
    { attention: "general", coverage: true, cell: "layer-norm-lstm", hidden: 8, bridge: "mean" },
  ),
  "scaled general attention": modelOf({ bidirectional: true, hidden: 3 }, { attention: "scaled-general", hidden: 7, bridge: "tanh" }),
  "additive attention": modelOf(
    { bidirectional: true, hidden: 3, reverseSource: true, cell: "gru" },
    { attention: "additive", cell: "gru-reset-after", bridge: "tanh" },
  ),
  "additive attention, coverage, input feeding": modelOf(
    { bidirectional: true, hidden: 3, layers: 2 },
    { attention: "additive", coverage: true, inputFeeding: true, hidden: 7, layers: 2, bridge: "zero" },
  ),
  copying: modelOf({ bidirectional: true, hidden: 3 }, { attention: "general", copy: true, cell: "gru", hidden: 6 }, { source: 13 }),
  "copying, everything shared and fed back": modelOf(
    { bidirectional: true, hidden: 3, embedding: 4 },
    { attention: "additive", copy: true, coverage: true, inputFeeding: true, tied: true, shared: true, hidden: 7 },
    { source: 13 },
  ),
  "tied, projected": modelOf({}, { tied: true, hidden: 6 }),
  "tied and shared": modelOf({ embedding: 5 }, { tied: true, shared: true, embedding: 5 }, { source: 13 }),
};

export interface Pair {
  readonly source: readonly number[];
  readonly target: readonly number[];
}

/** Sentences of different lengths; ids above the special ones. */
export const pairs: readonly Pair[] = [
  { source: [4, 9, 3], target: [5, 8, 12, 3] },
  { source: [10, 7, 6, 5, 4, 3], target: [4, 3] },
  { source: [8, 3], target: [11, 10, 9, 8, 7, 6, 3] },
];

const int32 = (shape: number[], data: number[]): Tensor => ({ type: "int32", shape, data: Int32Array.from(data) });

export const padded = (ids: readonly number[], length: number): number[] => [...ids, ...Array(length - ids.length).fill(0)];

/** A padded batch as inputs of the training graphs; `extra` more padding than needed. */
export function batchOf(rows: readonly Pair[], extra = 0): Record<string, Tensor> {
  const size = (key: keyof Pair): number => Math.max(...rows.map((row) => row[key].length)) + extra;
  const [S, T] = [size("source"), size("target")];
  return {
    source: int32(
      [rows.length, S],
      rows.flatMap(({ source }) => padded(source, S)),
    ),
    source_lengths: int32(
      [rows.length],
      rows.map(({ source }) => source.length),
    ),
    target_input: int32(
      [rows.length, T],
      rows.flatMap(({ target }) => padded([2, ...target.slice(0, -1)], T)),
    ),
    target_output: int32(
      [rows.length, T],
      rows.flatMap(({ target }) => padded(target, T)),
    ),
  };
}

/** Initial weights (scaled up, so that nothing is near zero) as inputs of the graphs. */
export function weightsOf(parameters: readonly ParameterSpec[], type: FloatType, seed = 7): Record<string, Tensor> {
  return Object.fromEntries(
    parameters.map((spec) => {
      const data = initialize(spec, seed).map((value) => value * 1.5);
      return [spec.name, { type, shape: spec.shape, data: type === "float64" ? Float64Array.from(data) : data }];
    }),
  );
}

/** Puts weights into an inference graph, whose parameters are external data otherwise. */
export function embedWeights(graph: Graph, weights: Readonly<Record<string, Tensor>>): void {
  for (const [name, value] of graph.initializers) if (weights[name]) Object.assign(value, { constant: weights[name].data });
}

export const floats = (type: FloatType, number: number): Tensor => ({
  type,
  shape: [],
  data: type === "float64" ? Float64Array.of(number) : Float32Array.of(number),
});
export const integer = (number: number): Tensor => int32([], [number]);
