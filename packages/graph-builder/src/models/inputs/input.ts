import type { FloatType, Graph, Value } from "../../ir.ts";
import type { Scope } from "../../scope.ts";
import type { Dim } from "../../shape.ts";

/** The inputs of a graph that has a source; what a model does not take is null. */
export interface SourceInputs {
  /** `source`, batch first. */
  readonly source: Value | null;
  /** `source_lengths` [B] int32, at least 1. */
  readonly lengths: Value | null;
}

export interface SourceDims {
  readonly batch: Dim;
  readonly source: Dim;
}

/** What the layers behind an input work on. */
export type Features =
  /** x [S, B, E], lengths [B]: what recurrent layers run over. */
  | { readonly kind: "sequence"; readonly x: Value; readonly lengths: Value }
  /** x [B, F] for the whole source; of an image also its parts, in reading order: map [R, B, C], R known when the graph is built. */
  | { readonly kind: "vector"; readonly x: Value; readonly map: Value | null }
  | { readonly kind: "none" };

/** What else a model does with an input's parameters. */
export interface InputUse {
  /** Whether the embedding of tokens is the readout of the target's too: shared and tied. */
  readonly readOut: boolean;
}

/** A kind of input: a file of its own and a line in the table. */
export interface InputKind<Config> {
  /** Numbers of a step, or of the vector, that the layers behind it see. */
  width(config: Config): number;
  /** Of each part of an image, where there are parts to attend to. */
  partWidth?(config: Config): number;
  /** Makes the graph's inputs. */
  declare(graph: Graph, config: Config, dims: SourceDims, type: FloatType): SourceInputs;
  /** Makes the layers, in the encoder's scope. */
  make(scope: Scope, config: Config, use: InputUse): (inputs: SourceInputs) => Features;
}

/** `source_lengths`, of inputs with steps. */
export const declareLengths = (graph: Graph, { batch }: SourceDims): Value => graph.input("source_lengths", "int32", [batch]);
