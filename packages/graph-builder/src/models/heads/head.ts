import type { FloatType, Graph, Value } from "../../ir.ts";
import type { CellState } from "../../layers/cells/cell.ts";
import type { Scope } from "../../scope.ts";
import type { Dim } from "../../shape.ts";

/** What heads take from a source that has been read. */
export interface HeadSource {
  /** The whole source in one vector: what the last layer gives at its end, directions side by side, or the input's own vector: [B, W]. */
  readonly summary: Value;
  /** Of a source that is a sequence. */
  readonly steps: HeadSteps | null;
}

export interface HeadSteps {
  /** What the encoder gives at every step: [S, B, W]. */
  readonly outputs: Value;
  /** [B] int32 */
  readonly lengths: Value;
  /** How the encoder goes on behind the source's end, where it goes forward only. */
  readonly onwards: Onwards | null;
}

/** An encoder that goes forward only, at the end of its source. */
export interface Onwards {
  /** The source's last step: [B, F]. */
  readonly last: Value;
  /** Of each layer after it: [B, H]. */
  readonly states: readonly CellState[];
  /** All steps at once: x [T, B, F] -> [T, B, W]. */
  run(x: Value, states: readonly CellState[]): Value;
  /** x [B, F] -> [B, W] and the states after. */
  step(x: Value, states: readonly CellState[]): { readonly output: Value; readonly states: readonly CellState[] };
}

export interface HeadDims {
  readonly batch: Dim;
  readonly source: Dim;
}

export interface HeadLoss {
  /** What training minimises, summed: []. */
  readonly sum: Value;
  /** What it is summed over: []. */
  readonly units: Value;
  /** Sums of what else is measured, by name: []. */
  readonly sums: Readonly<Record<string, Value>>;
}

export interface HeadOptions {
  /** Whether the loss is what training minimises; else it is that of what the model says by itself. */
  readonly training: boolean;
  readonly labelSmoothing?: number;
}

/** The layers of an output that is given at once. */
export interface Head {
  loss(source: HeadSource, target: Value, options: HeadOptions): HeadLoss;
  /** What predict.onnx gives, and its name there. */
  predict(source: HeadSource): { readonly name: string; readonly value: Value };
}

/** A kind of output that is given at once: a file of its own and a line in the table. */
export interface HeadKind<Config> {
  /** Makes the input `target` of training graphs. */
  declare(graph: Graph, config: Config, dims: HeadDims, type: FloatType): Value;
  /** @param width W of `HeadSource` */
  make(scope: Scope, config: Config, width: number): Head;
}
