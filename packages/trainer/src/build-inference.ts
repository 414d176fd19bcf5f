import { type Graph, type Models, serialize, traceVariant } from "@s2s/graph-builder";
import type { Precision, TensorInfo } from "@s2s/runtime/manifest";
import type { ExternalWeights, InferenceGraph, InferenceGraphs } from "./inference-graphs.ts";

/** An input, output or parameter as a manifest has it. */
export const tensorInfo = (
  name: string,
  { type, shape }: { readonly type: string; readonly shape: readonly (number | string)[] },
): TensorInfo => ({
  name,
  type: type as TensorInfo["type"],
  shape: [...shape],
});

/** Inputs and outputs of a graph as a manifest has them. */
export const boundary = (graph: Graph): Pick<InferenceGraph, "inputs" | "outputs"> => ({
  inputs: graph.inputs.map((value) => tensorInfo(value.name, value)),
  outputs: graph.outputs.map(({ name, value }) => tensorInfo(name, value)),
});

/** The inference graphs of a model or an ensemble, their weights in the given safetensors file. */
export function buildInferenceGraphs(
  models: Models,
  { file, offsets }: ExternalWeights,
  precision: Precision = "float32",
): InferenceGraphs {
  const { graphs, states, memory, parameters } = traceVariant(models, precision);
  const external = new Map([...offsets].map(([name, { offset, bytes }]) => [name, { file, offset, bytes }]));
  const built = (graph: Graph): InferenceGraph => ({ bytes: serialize(graph, { external }), ...boundary(graph) });
  return {
    ...Object.fromEntries(Object.entries(graphs).map(([name, graph]) => [name, built(graph)])),
    states: states.map(({ initial, input, output, shape }) => ({ initial, input, output, shape: [...shape] })),
    memory: [...memory],
    parameters: parameters.map((parameter) => tensorInfo(parameter.name, { type: "float32", shape: parameter.shape })),
  };
}
