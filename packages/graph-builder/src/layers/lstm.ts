import { emit } from "../emit.ts";
import type { Value } from "../ir.ts";
import { add, mul, sigmoid, tanh } from "../ops/elementwise.ts";
import { gemm } from "../ops/matmul.ts";
import { concat, filled, split, squeeze, transpose, unsqueeze } from "../ops/movement.ts";
import { scan } from "../scan.ts";
import type { Scope } from "../scope.ts";
import { dropout } from "./dropout.ts";
import { project } from "./embedding.ts";
import { lastStep, reverseByLength } from "./sequence.ts";

export interface LstmState {
  readonly h: Value;
  readonly c: Value;
}

/**
 * One LSTM cell (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000). Gate order i, o, f, g is ONNX's.
 *
 *     z = x wx + b + h wh        z [B, 4H]; x wx + b is `projected`
 *     i, o, f = sigmoid(z[0..3H]),  g = tanh(z[3H..4H])
 *     c' = f c + i g,  h' = o tanh(c')
 *
 * Parameters: wx [inputs, 4H], wh [H, 4H], b [4H], uniform in +-1/sqrt(H).
 */
export function lstmCell(scope: Scope, inputs: number, hidden: number) {
  const init = { kind: "uniform", bound: 1 / Math.sqrt(hidden) } as const;
  const wx = scope.parameter("wx", [inputs, 4 * hidden], init);
  const wh = scope.parameter("wh", [hidden, 4 * hidden], init);
  const b = scope.parameter("b", [4 * hidden], init);
  /** From z, whose gates lie along `axis`. */
  const gates = (z: Value, c: Value, axis: number): LstmState => {
    const [iof, g] = split(z, [3 * hidden, hidden], axis);
    const [i, o, f] = split(sigmoid(iof), [hidden, hidden, hidden], axis);
    const cell = add(mul(f, c), mul(i, tanh(g)));
    return { h: mul(o, tanh(cell)), c: cell };
  };
  return {
    wx,
    wh,
    b,
    /** x [..., inputs] -> x wx + b [..., 4H]: for all steps at once. */
    project: (x: Value): Value => project(scope, x, wx, b),
    /** projected [B, 4H], h and c [B, H]. */
    step: (projected: Value, { h, c }: LstmState): LstmState => gates(gemm(h, wh, projected), c, 1),
    /**
     * The same with features before the batch: projected [4H, B], h and c [H, B]. As the left operand the weight is read as it lies in memory;
     * as the right one the runtime packs it anew in every step, which costs as much as the product where batches are small.
     */
    transposedStep: (projected: Value, { h, c }: LstmState): LstmState => gates(gemm(transpose(wh), h, projected), c, 0),
  };
}

export interface LstmOptions {
  readonly inputs: number;
  readonly hidden: number;
  readonly layers: number;
  readonly bidirectional?: boolean;
}

export interface LstmResult {
  /** The last layer's h of every step: [T, B, D H], D directions. */
  readonly outputs: Value;
  /** For each layer the state after each sequence's last step (of the backward direction: its first element), directions side by side: [B, D H]. */
  readonly states: readonly LstmState[];
}

/**
 * Stacked LSTM layers over x [T, B, inputs]; between layers dropout. With `lengths` [B] int32 each sequence ends at its own length: its
 * state is the one of its own last step, and the backward direction starts there, so that padding changes nothing.
 * Parameters: `<layer>.wx` and so on, of the backward direction `<layer>.backward.wx`.
 */
export function lstm(scope: Scope, { inputs, hidden, layers, bidirectional = false }: LstmOptions) {
  const directions = bidirectional ? 2 : 1;
  const cells = Array.from({ length: layers }, (_, layer) => {
    const width = layer === 0 ? inputs : hidden * directions;
    const own = scope.in(layer);
    return { scope: own, directions: [own, ...(bidirectional ? [own.in("backward")] : [])].map((at) => lstmCell(at, width, hidden)) };
  });
  const { parameters, recurrence = "operator" } = scope.options;
  const layerOf = parameters === "inputs" ? traced : recurrence === "loop" ? stepped : fused;
  return {
    cells,
    run(x: Value, initial: readonly LstmState[] | null, lengths: Value | null): LstmResult {
      let outputs = x;
      const states: LstmState[] = [];
      for (const [layer, { scope: own, directions: pair }] of cells.entries()) {
        if (layer > 0) outputs = dropout(own, outputs);
        const start = initial?.[layer] ?? null;
        const result = layerOf(pair, hidden, outputs, start, lengths);
        outputs = result.outputs;
        states.push(result.state);
      }
      return { outputs, states };
    },
  };
}

type Cell = ReturnType<typeof lstmCell>;
interface LayerResult {
  readonly outputs: Value;
  readonly state: LstmState;
}

/** A layer as a scan, which has a gradient. Inside the loop features come before the batch: see `transposedStep`. */
const traced = (...layer: Layer): LayerResult => looped((cell) => cell.transposedStep, transpose, ...layer);
/** A layer as a scan for inference: the weight is the right operand, with a row for each sequence. */
const stepped = (...layer: Layer): LayerResult => looped((cell) => cell.step, identical, ...layer);
const identical = (x: Value): Value => x;

type Layer = [cells: readonly Cell[], hidden: number, x: Value, start: LstmState | null, lengths: Value | null];

/** @param turn from [..., B, H] to the layout of the steps, and back */
function looped(
  stepOf: (cell: Cell) => Cell["step"],
  turn: (x: Value) => Value,
  ...[cells, hidden, x, start, lengths]: Layer
): LayerResult {
  const [, batch] = x.shape;
  const zero = (): Value => filled(x.graph, x.type, turn === transpose ? [hidden, batch] : [batch, hidden], 0);
  const results = cells.map((cell, direction) => {
    const sequence = direction === 0 || !lengths ? x : reverseByLength(x, lengths);
    const states = start ? [turn(start.h), turn(start.c)] : [zero(), zero()];
    const done = scan(
      ([h, c], [projected]) => {
        const next = stepOf(cell)(projected, { h, c });
        return { states: [next.h, next.c], outputs: [next.h, next.c] };
      },
      states,
      [turn(cell.project(sequence))],
      { name: "lstm", reverse: direction === 1 && !lengths },
    );
    const h = turn(done.outputs[0]);
    const state = lengths
      ? { h: lastStep(h, lengths), c: lastStep(turn(done.outputs[1]), lengths) }
      : { h: turn(done.states[0]), c: turn(done.states[1]) };
    return { outputs: direction === 0 || !lengths ? h : reverseByLength(h, lengths), state };
  });
  const join = (values: Value[]): Value => concat(values, -1);
  return {
    outputs: join(results.map((result) => result.outputs)),
    state: { h: join(results.map((result) => result.state.h)), c: join(results.map((result) => result.state.c)) },
  };
}

/** A layer as the runtime's own LSTM operator, which has none: for inference. */
function fused(cells: readonly Cell[], hidden: number, x: Value, start: LstmState | null, lengths: Value | null): LayerResult {
  const count = cells.length;
  const [steps, batch] = x.shape;
  const { type } = x;
  const stack = (values: Value[]): Value =>
    concat(
      values.map((value) => unsqueeze(value, 0)),
      0,
    );
  const w = stack(cells.map((cell) => transpose(cell.wx)));
  const r = stack(cells.map((cell) => transpose(cell.wh)));
  const b = stack(cells.map((cell) => concat([cell.b, filled(x.graph, type, [4 * hidden], 0)], 0)));
  const initial = start ? [unsqueeze(start.h, 0), unsqueeze(start.c, 0)] : [];
  const [y, h, c] = emit(
    "LSTM",
    [x, w, r, b, lengths, ...initial],
    { hidden_size: hidden, direction: count === 2 ? "bidirectional" : "forward" },
    [
      { type, shape: [steps, count, batch, hidden] },
      { type, shape: [count, batch, hidden] },
      { type, shape: [count, batch, hidden] },
    ],
  );
  const side = (value: Value, axis: number): Value =>
    concat(
      split(value, Array(count).fill(1), axis).map((part) => squeeze(part, axis)),
      -1,
    );
  return { outputs: side(y, 1), state: { h: side(h, 0), c: side(c, 0) } };
}
