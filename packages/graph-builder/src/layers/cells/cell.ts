import type { Value } from "../../ir.ts";
import type { Operator } from "../../operators.ts";
import type { Scope } from "../../scope.ts";

/** The vectors of one layer's state, in the order of the cell's `parts`; the first is the cell's output. */
export type CellState = readonly Value[];

/** One step: from what the input contributes and the state before it to the state after it. */
export type CellStep = (projected: Value, state: CellState, seen?: Value) => CellState;

/** A recurrent cell with its parameters: a file of its own holds its equations. */
export interface Cell {
  /** What the vectors of the state are called at the graphs' border. */
  readonly parts: readonly string[];
  /** P, the numbers that an input contributes to a step. */
  readonly width: number;
  /** x [..., inputs] -> [..., P], for all steps at once: the part of a step that does not depend on the state. */
  readonly project: (x: Value) => Value;
  /**
   * projected [B, P], state [B, H] each -> the state after the step. `seen` [B, H] stands for h where it enters a product: dropped out,
   * while what carries h over to the next step takes it whole.
   */
  readonly step: CellStep;
  /**
   * The same with features before the batch: projected [P, B], state [H, B] each. As the left operand the weight is read as it lies in memory;
   * as the right one the runtime packs it anew in every step, which costs as much as the product where batches are small.
   */
  readonly transposedStep?: CellStep;
  /** The cell as ONNX's operator for whole layers, where that computes the same. */
  readonly operator?: () => RecurrentOperator;
}

export interface RecurrentOperator {
  readonly op: Extract<Operator, "LSTM" | "GRU" | "RNN">;
  /** Of each direction. */
  readonly activations?: readonly string[];
  /** Of a GRU: 1 where the reset gate comes after the product. */
  readonly linear_before_reset?: number;
  /** [inputs, G H] of G gates in ONNX's order, as all weights here have their inputs first. */
  readonly w: Value;
  /** [H, G H] */
  readonly r: Value;
  /** Biases of both products, one behind the other: [2 G H]. */
  readonly b: Value;
}

/** A kind of cell: a line in the table. */
export interface CellKind {
  readonly parts: readonly string[];
  /** Gates of the largest product with the state: its weight is [H, gates H]. */
  readonly gates: number;
  readonly make: MakeCell;
}

export type MakeCell = (scope: Scope, inputs: number, hidden: number) => Cell;
