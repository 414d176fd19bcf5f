import type { Models } from "@s2s/graph-builder";
import type { Precision, StateInfo, TensorInfo } from "@s2s/runtime/manifest";

/** Where the weights lie that the inference graphs point to: a file beside them, and the place of each parameter in it. */
export interface ExternalWeights {
  readonly file: string;
  /** By parameter name; `offset` counts bytes from the start of the file. */
  readonly offsets: ReadonlyMap<string, { readonly offset: number; readonly bytes: number }>;
}

export interface InferenceGraph {
  /** A serialised ONNX model whose weights are external data. */
  readonly bytes: Uint8Array;
  readonly inputs: TensorInfo[];
  readonly outputs: TensorInfo[];
}

export interface InferenceGraphs {
  /** Of a model that answers step by step: `decoder`, and `encoder` where it has a source. */
  readonly encoder?: InferenceGraph;
  readonly decoder?: InferenceGraph;
  /** Whole answers in one graph; a bundle can do without. */
  readonly generate?: InferenceGraph;
  /** Of a model that answers at once. */
  readonly predict?: InferenceGraph;
  /** In the order of the decoder's inputs. */
  readonly states: StateInfo[];
  readonly memory: string[];
  readonly parameters: TensorInfo[];
}

/** Traces the graphs of a model or an ensemble, whose weights are stored in some precision (default float32); @s2s/graph-builder supplies it. */
export type BuildInferenceGraphs = (models: Models, weights: ExternalWeights, precision?: Precision) => InferenceGraphs;
