import { type ElementType, type Graph, prune, serialize } from "@s2s/graph-builder";
import * as ort from "onnxruntime-node";

export type Numbers = Float64Array | Float32Array | Int32Array | BigInt64Array | Uint8Array;
export interface Tensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Numbers;
}

/** Runs a graph in ONNX Runtime, one thread; the runtime checks every shape that the builder inferred. */
export async function runGraph(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Numbers>> {
  prune(graph);
  const session = await ort.InferenceSession.create(serialize(graph, { valueInfo: true }), { intraOpNumThreads: 1, logSeverityLevel: 2 });
  try {
    const inputs = Object.fromEntries(
      Object.entries(feeds)
        .filter(([name]) => session.inputNames.includes(name))
        .map(([name, { type, shape, data }]) => [name, new ort.Tensor(type as "float32", data as Float32Array, shape)]),
    );
    const results = await session.run(inputs);
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Numbers]));
  } finally {
    await session.release();
  }
}
