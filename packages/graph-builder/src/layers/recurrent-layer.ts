import { emit } from "../emit.ts";
import type { FloatType, Value } from "../ir.ts";
import { mul } from "../ops/elementwise.ts";
import { concat, filled, split, squeeze, transpose, unsqueeze } from "../ops/movement.ts";
import { scan } from "../scan.ts";
import type { Scope } from "../scope.ts";
import type { Cell, CellState } from "./cells/cell.ts";
import { dropoutMask } from "./dropout.ts";
import { lastStep, reverseByLength } from "./sequence.ts";

/** One layer: a cell forward and, where it has two directions, another backward. */
export interface Layer {
  readonly hidden: number;
  readonly directions: readonly { readonly scope: Scope; readonly cell: Cell }[];
}

export interface LayerResult {
  /** h of every step, directions side by side: [T, B, D H]. */
  readonly outputs: Value;
  /** After each sequence's last step (of the backward direction: its first element), directions side by side: [B, D H] each. */
  readonly state: CellState;
}

/** What else enters a layer's steps: from what the input contributes [..., P] to that and more. */
export type Inject = (projected: Value) => Value;

/** x [T, B, inputs], the first state or null for zeros, lengths [B] or null where all sequences are whole. */
type RunLayer = (layer: Layer, x: Value, start: CellState | null, lengths: Value | null, inject?: Inject) => LayerResult;

/** How a scope's graphs run a layer: training as a loop, which has a gradient; inference as the runtime's own operator where there is one. */
export function layerRunner({ options }: Scope): RunLayer {
  const { parameters, recurrence = "operator" } = options;
  if (parameters === "inputs") return trainingLoop;
  return (layer, x, start, lengths, inject) => {
    const whole = recurrence === "operator" && !inject && layer.directions[0].cell.operator;
    return (whole ? fused : inferenceLoop)(layer, x, start, lengths, inject);
  };
}

/** With features before the batch, where the cell can do that: see `Cell.transposedStep`. */
const trainingLoop: RunLayer = (...layer) => looped(true, ...layer);
/** With a row for each sequence and the weight as the right operand: its products can be quantised. */
const inferenceLoop: RunLayer = (...layer) => looped(false, ...layer);
const identical = (x: Value): Value => x;

function looped(
  transposed: boolean,
  ...[{ hidden, directions }, x, start, lengths, inject = identical]: Parameters<RunLayer>
): LayerResult {
  const [, batch] = x.shape;
  const results = directions.map(({ scope, cell }, direction) => {
    const fast = transposed ? cell.transposedStep : undefined;
    const step = fast ?? cell.step;
    // From [..., B, H] to the layout of the steps, and back.
    const turn = fast ? (value: Value) => transpose(value) : identical;
    const shape = fast ? [hidden, batch] : [batch, hidden];
    const backward = direction === 1;
    const sequence = backward && lengths ? reverseByLength(x, lengths) : x;
    const mask = dropoutMask(scope.in("recurrent"), x.graph, x.type as FloatType, shape, scope.options.recurrentDropout);
    const done = scan(
      (state, [projected]) => {
        const next = step(projected, state, mask ? mul(state[0], mask) : undefined);
        return { states: next, outputs: next };
      },
      start ? start.map(turn) : cell.parts.map(() => filled(x.graph, x.type, shape, 0)),
      [turn(inject(cell.project(sequence)))],
      { name: "recurrence", reverse: backward && !lengths },
    );
    const outputs = done.outputs.map(turn);
    return {
      outputs: backward && lengths ? reverseByLength(outputs[0], lengths) : outputs[0],
      state: lengths ? outputs.map((each) => lastStep(each, lengths)) : done.states.map(turn),
    };
  });
  return {
    outputs: concat(
      results.map((result) => result.outputs),
      -1,
    ),
    state: directions[0].cell.parts.map((_, part) =>
      concat(
        results.map((result) => result.state[part]),
        -1,
      ),
    ),
  };
}

/** A layer as the runtime's own operator, which has no gradient. */
const fused: RunLayer = ({ hidden, directions }, x, start, lengths) => {
  const count = directions.length;
  const [steps, batch] = x.shape;
  const { type } = x;
  const operators = directions.map(({ cell }) => cell.operator!());
  const [{ op, activations, linear_before_reset }] = operators;
  const stack = (values: readonly Value[]): Value =>
    concat(
      values.map((value) => unsqueeze(value, 0)),
      0,
    );
  const { parts } = directions[0].cell;
  const state = { type, shape: [count, batch, hidden] };
  const [y, ...last] = emit(
    op,
    [
      x,
      stack(operators.map(({ w }) => transpose(w))),
      stack(operators.map(({ r }) => transpose(r))),
      stack(operators.map(({ b }) => b)),
      lengths,
      ...(start ? start.map((part) => unsqueeze(part, 0)) : []),
    ],
    {
      hidden_size: hidden,
      direction: count === 2 ? "bidirectional" : "forward",
      ...(activations ? { activations: directions.flatMap(() => activations) } : {}),
      ...(linear_before_reset === undefined ? {} : { linear_before_reset }),
    },
    [{ type, shape: [steps, count, batch, hidden] }, ...parts.map(() => state)],
  );
  const side = (value: Value, axis: number): Value =>
    concat(
      split(value, Array(count).fill(1), axis).map((part) => squeeze(part, axis)),
      -1,
    );
  return { outputs: side(y, 1), state: last.map((part) => side(part, 0)) };
};
