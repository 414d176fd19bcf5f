import type { ModelConfig, Precision } from "@s2s/runtime/manifest";
import { float16Bits } from "../onnx/float16.ts";
import type { Graph } from "../ir.ts";
import { traceGenerate } from "../trace-generate.ts";
import { type TracedInference, traceInference } from "../trace-inference.ts";
import { toFloat16 } from "./float16.ts";
import { toInt8 } from "./int8.ts";
import { type Int8Plan, LEAST_DYNAMIC, planInt8 } from "./plan.ts";
import { quantize, scaleName } from "./quantize.ts";

/** A tensor of a variant's weights file; float16 numbers are given as their 16 bits. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint16Array | Uint8Array;
}

export interface TracedVariant extends TracedInference {
  readonly generate: Graph;
  /** What the graphs read of a trained parameter, by the names of their external data. */
  store(parameter: string, shape: readonly number[], numbers: Float32Array): ReadonlyMap<string, StoredTensor>;
}

/** The inference graphs of a model whose weights are stored in some precision. What goes in and out of the graphs is float32 in each. */
export function traceVariant(model: ModelConfig, precision: Precision): TracedVariant {
  // The products of the runtime's LSTM operator are its own: they are not quantised.
  const recurrence = precision === "int8" && model.encoder !== null && 4 * model.encoder.hidden ** 2 >= LEAST_DYNAMIC ? "loop" : "operator";
  const traced = { ...traceInference(model, "float32", recurrence), generate: traceGenerate(model, "float32", recurrence).graph };
  const graphs = [traced.encoder, traced.decoder, traced.generate];
  switch (precision) {
    case "float32":
      return { ...traced, store: (name, shape, data) => new Map([[name, { shape, data }]]) };
    case "float16":
      for (const graph of graphs) toFloat16(graph);
      return { ...traced, store: (name, shape, numbers) => new Map([[name, { shape, data: Uint16Array.from(numbers, float16Bits) }]]) };
    case "int8": {
      const plan = planInt8(traced);
      for (const graph of graphs) toInt8(graph, plan);
      return { ...traced, store: (name, shape, numbers) => storeInt8(plan, name, shape, numbers) };
    }
  }
}

function storeInt8(plan: Int8Plan, name: string, shape: readonly number[], numbers: Float32Array): ReadonlyMap<string, StoredTensor> {
  const planned = plan.get(name);
  if (!planned) return new Map([[name, { shape, data: numbers }]]);
  const [rows, columns] = shape;
  const { data, scales } = quantize(numbers, [rows, columns], planned.axis);
  return new Map<string, StoredTensor>([
    [name, { shape, data }],
    [scaleName(name), { shape: planned.axis === 0 ? [rows, 1] : [1, columns], data: scales }],
  ]);
}
