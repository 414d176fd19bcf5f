import { type ElementType, type Graph, prune, serialize } from "@s2s/graph-builder";
import * as ort from "onnxruntime-node";

export type Numbers = Float64Array | Float32Array | Int32Array | BigInt64Array | Uint8Array;
export interface Tensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Numbers;
}
export type Feeds = Readonly<Record<string, Tensor>>;
export type Results = Record<string, Numbers>;

/**
 * Runs a graph in ONNX Runtime, one thread, once for each of the feeds; the runtime checks every shape that the builder inferred.
 * One set of feeds gives one set of results, several give an array.
 */
export async function runGraph(graph: Graph, feeds: Feeds): Promise<Results>;
export async function runGraph(graph: Graph, ...feeds: Feeds[]): Promise<Results[]>;
export async function runGraph(graph: Graph, ...feeds: Feeds[]): Promise<Results | Results[]> {
  prune(graph);
  const session = await ort.InferenceSession.create(serialize(graph, { valueInfo: true }), { intraOpNumThreads: 1, logSeverityLevel: 2 });
  try {
    const results: Results[] = [];
    for (const one of feeds) {
      const inputs = Object.fromEntries(
        Object.entries(one)
          .filter(([name]) => session.inputNames.includes(name))
          .map(([name, { type, shape, data }]) => [name, new ort.Tensor(type as "float32", data as Float32Array, shape)]),
      );
      const outputs = await session.run(inputs);
      results.push(Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Numbers])));
    }
    return feeds.length === 1 ? results[0] : results;
  } finally {
    await session.release();
  }
}
