import type { CellName } from "@s2s/runtime/manifest";
import type { Value } from "../ir.ts";
import { add } from "../ops/elementwise.ts";
import type { Scope } from "../scope.ts";
import type { CellState } from "./cells/cell.ts";
import { CELLS } from "./cells/index.ts";
import { dropout } from "./dropout.ts";
import { type Layer, layerRunner } from "./recurrent-layer.ts";

export interface RecurrentOptions {
  readonly cell: CellName;
  readonly inputs: number;
  readonly hidden: number;
  readonly layers: number;
  readonly bidirectional?: boolean;
  /** From the second layer on a layer's output is added to its input: x_l+1 = x_l + h_l (Wu et al. 2016). States stay the cells'. */
  readonly residual?: boolean;
}

export interface RecurrentResult {
  /** What the last layer gives at every step: [T, B, D H], D directions. */
  readonly outputs: Value;
  /** For each layer the state after each sequence's last step (of the backward direction: its first element), directions side by side: [B, D H]. */
  readonly states: readonly CellState[];
}

/**
 * Stacked recurrent layers; between layers dropout. Parameters: `<layer>.<parameter>`, of the backward direction `<layer>.backward.<parameter>`.
 */
export function recurrent(scope: Scope, { cell, inputs, hidden, layers, bidirectional = false, residual = false }: RecurrentOptions) {
  const stack = Array.from({ length: layers }, (_, index): Layer & { readonly scope: Scope } => {
    const width = index === 0 ? inputs : hidden * (bidirectional ? 2 : 1);
    const own = scope.in(index);
    const scopes = bidirectional ? [own, own.in("backward")] : [own];
    return { scope: own, hidden, directions: scopes.map((at) => ({ scope: at, cell: CELLS[cell].make(at, width, hidden) })) };
  });
  const runLayer = layerRunner(scope);
  const join = (index: number, x: Value, h: Value): Value => (residual && index > 0 ? add(x, h) : h);
  return {
    /**
     * All steps at once: x [T, B, inputs], from the given states [B, H] or from zeros. With `lengths` [B] int32 each sequence ends at its
     * own length: its state is the one of its own last step, and the backward direction starts there, so that padding changes nothing.
     */
    run(x: Value, initial: readonly CellState[] | null, lengths: Value | null): RecurrentResult {
      let outputs = x;
      const states = stack.map((layer, index) => {
        const result = runLayer(layer, index > 0 ? dropout(layer.scope, outputs) : outputs, initial?.[index] ?? null, lengths);
        outputs = join(index, outputs, result.outputs);
        return result.state;
      });
      return { outputs, states };
    },
    /** One step of a stack with one direction, without dropout: x [B, inputs], states [B, H] -> what the last layer gives [B, H], and the states after. */
    step(x: Value, states: readonly CellState[]): { readonly output: Value; readonly states: readonly CellState[] } {
      let output = x;
      const next = stack.map(({ directions: [{ cell: one }] }, index) => {
        const after = one.step(one.project(output), states[index]);
        output = join(index, output, after[0]);
        return after;
      });
      return { output, states: next };
    },
  };
}

export type Recurrent = ReturnType<typeof recurrent>;
