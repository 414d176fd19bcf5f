import type { EncoderConfig, Precision } from "@s2s/runtime/manifest";
import { float16Bits } from "../onnx/float16.ts";
import type { Graph } from "../ir.ts";
import { CELLS } from "../layers/cells/index.ts";
import { membersOf, type Models } from "../models/members.ts";
import { type TracedAnswers, traceAnswers } from "../trace-answers.ts";
import { toFloat16 } from "./float16.ts";
import { toInt8 } from "./int8.ts";
import { type Int8Plan, LEAST_DYNAMIC, planInt8 } from "./plan.ts";
import { quantize, scaleName } from "./quantize.ts";

/** A tensor of a variant's weights file; float16 numbers are given as their 16 bits. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint16Array | Uint8Array;
}

export interface TracedVariant extends TracedAnswers {
  /** What the graphs read of a trained parameter, by the names of their external data. */
  store(parameter: string, shape: readonly number[], numbers: Float32Array): ReadonlyMap<string, StoredTensor>;
}

/** The graphs with which a model, or an ensemble, answers, whose weights are stored in some precision. What goes in and out of the graphs is float32 in each. */
export function traceVariant(models: Models, precision: Precision): TracedVariant {
  const large = membersOf(models).some(({ encoder }) => encoder !== null && recurrentSize(encoder) >= LEAST_DYNAMIC);
  // The products of the runtime's recurrent operators are their own: they are not quantised.
  const recurrence = precision === "int8" && large ? "loop" : "operator";
  const traced = traceAnswers(models, "float32", recurrence);
  const graphs = Object.values(traced.graphs) as Graph[];
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

/** Numbers of the encoder's largest recurrent weight. */
const recurrentSize = ({ cell, hidden }: EncoderConfig): number => CELLS[cell].gates * hidden ** 2;

function storeInt8(plan: Int8Plan, name: string, shape: readonly number[], numbers: Float32Array): ReadonlyMap<string, StoredTensor> {
  const planned = plan.get(name);
  if (!planned) return new Map([[name, { shape, data: numbers }]]);
  const [rows, ...columns] = shape;
  const { data, scales } = quantize(numbers, [rows, columns.reduce((a, b) => a * b, 1)], planned.axis);
  return new Map<string, StoredTensor>([
    [name, { shape, data }],
    [scaleName(name), { shape: shape.map((size, axis) => (axis === planned.axis ? size : 1)), data: scales }],
  ]);
}
