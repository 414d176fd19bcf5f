import type { CellName } from "@s2s/runtime/manifest";
import type { FloatType, Graph, Value } from "../ir.ts";
import { add, mul, sumOf } from "../ops/elementwise.ts";
import type { Scope } from "../scope.ts";
import type { Dim } from "../shape.ts";
import type { CellState } from "./cells/cell.ts";
import { CELLS } from "./cells/index.ts";
import { dropout, dropoutMask } from "./dropout.ts";
import { type Inject, type Layer, layerRunner } from "./recurrent-layer.ts";

export interface RecurrentOptions {
  readonly cell: CellName;
  readonly inputs: number;
  readonly hidden: number;
  readonly layers: number;
  readonly bidirectional?: boolean;
  /** From the second layer on a layer's output is added to its input: x_l+1 = x_l + h_l (Wu et al. 2016). States stay the cells'. */
  readonly residual?: boolean;
}

export interface StackStep {
  readonly output: Value;
  readonly states: readonly CellState[];
}

/** How a stack's step is part of a larger one. */
export interface StepOptions {
  /** Into the first layer. */
  readonly inject?: Inject;
  /** What is dropped between layers in this step, [B, H] for each layer but the first: elements of `masks`. */
  readonly masks?: readonly Value[];
}

export interface RecurrentResult {
  /** What the last layer gives at every step: [T, B, D H], D directions. */
  readonly outputs: Value;
  /** What the last layer gives after each sequence's last step (of the backward direction: its first element): [B, D H]. */
  readonly last: Value;
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
     * @param inject of the first layer
     */
    run(x: Value, initial: readonly CellState[] | null, lengths: Value | null, inject?: Inject): RecurrentResult {
      let outputs = x;
      const states = stack.map((layer, index) => {
        const start = initial?.[index] ?? null;
        const result = runLayer(layer, index > 0 ? dropout(layer.scope, outputs) : outputs, start, lengths, index > 0 ? undefined : inject);
        outputs = join(index, outputs, result.outputs);
        return result.state;
      });
      const finals = states.map(([h]) => h);
      return { outputs, last: residual ? sumOf(finals) : finals.at(-1)!, states };
    },
    /** What a loop over `step` reads to drop between layers as `run` does: [T, B, H] for each layer but the first, or nothing. */
    masks(graph: Graph, type: FloatType, steps: Dim, batch: Dim): Value[] {
      return stack.slice(1).flatMap((layer) => dropoutMask(layer.scope, graph, type, [steps, batch, hidden], scope.options.dropout) ?? []);
    },
    /** One step of a stack with one direction: x [B, inputs], states [B, H] -> what the last layer gives [B, H], and the states after. */
    step(x: Value, states: readonly CellState[], { inject = (projected) => projected, masks = [] }: StepOptions = {}): StackStep {
      let output = x;
      const next = stack.map(({ directions: [{ scope: own, cell: one }] }, index) => {
        const state = states[index];
        const input = masks[index - 1] ? mul(output, masks[index - 1]) : output;
        const projected = one.project(input);
        const [h] = state;
        const kept = dropoutMask(own.in("recurrent"), h.graph.root, h.type as FloatType, h.shape, scope.options.recurrentDropout);
        const after = one.step(index > 0 ? projected : inject(projected), state, kept ? mul(h, kept) : undefined);
        output = join(index, output, after[0]);
        return after;
      });
      return { output, states: next };
    },
    /** P of the first layer: how much an input contributes to its steps. */
    width: stack[0].directions[0].cell.width,
  };
}

export type Recurrent = ReturnType<typeof recurrent>;
