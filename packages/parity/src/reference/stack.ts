import { type Cell, type State, run } from "./cell.ts";
import { type Vector, concat, sum } from "./vector.ts";

/** One direction, or two: forward and backward. */
export type Layer = readonly [Cell] | readonly [Cell, Cell];

export interface StackRun {
  /** Of the top layer, directions side by side. */
  readonly outputs: readonly Vector[];
  /** Of each layer after the last step (of the backward direction: after the first), directions side by side. */
  readonly finals: readonly State[];
  /** From the gradients of outputs and final states to those of the inputs. */
  readonly back: (dOutputs: readonly Vector[], dFinals: readonly State[]) => readonly Vector[];
}

/** Stacked layers over a sequence: each reads the outputs of the one below, a residual one from the second on adds its own to them. */
export function runStack(layers: readonly Layer[], xs: readonly Vector[], residual = false): StackRun {
  const adds = (index: number): boolean => residual && index > 0;
  let outputs = xs;
  const done = layers.map((layer, index) => {
    const one = runLayer(layer, outputs);
    outputs = adds(index) ? sums(outputs, one.outputs) : one.outputs;
    return one;
  });
  return {
    outputs,
    finals: done.map(({ last }) => last),
    back: (dOutputs, dFinals) =>
      done.reduceRight((d, { back }, index) => {
        const through = back(d, dFinals[index]);
        return adds(index) ? sums(d, through) : through;
      }, dOutputs),
  };
}

export interface StackStep {
  readonly output: Vector;
  readonly states: readonly State[];
  /** From the gradients of the output and of the states after the step to those of the input and of the states before. */
  readonly back: (
    dOutput: Vector,
    dStates: readonly State[],
  ) => { readonly dx: Vector; readonly dStates: readonly State[]; readonly dExtra: Vector };
}

/** One step of layers with one direction. @param extra enters the first layer beside x: see `Cell.step` */
export function stepStack(cells: readonly Cell[], x: Vector, states: readonly State[], residual: boolean, extra?: Vector): StackStep {
  const adds = (index: number): boolean => residual && index > 0;
  let output = x;
  const steps = cells.map((cell, index) => {
    const step = cell.step(output, states[index], index === 0 ? extra : undefined);
    const [h] = step.state;
    output = adds(index) ? sum(output, h) : h;
    return step;
  });
  return {
    output,
    states: steps.map(({ state }) => state),
    back(dOutput, dNext) {
      let dx = dOutput;
      let dExtra = dx;
      const dStates: State[] = [];
      for (let index = steps.length - 1; index >= 0; index -= 1) {
        const [dh, ...rest] = dNext[index];
        const done = steps[index].back([sum(dh, dx), ...rest]);
        dStates[index] = done.dState;
        ({ dExtra } = done);
        dx = adds(index) ? sum(dx, done.dx) : done.dx;
      }
      return { dx, dStates, dExtra };
    },
  };
}

const sums = (as: readonly Vector[], bs: readonly Vector[]): Vector[] => as.map((a, t) => sum(a, bs[t]));

function runLayer([cell, backward]: Layer, xs: readonly Vector[]) {
  const one = run(cell, xs);
  if (!backward) return one;
  const two = run(backward, xs.toReversed());
  const size = cell.hidden;
  const mirrored = two.outputs.toReversed();
  return {
    outputs: one.outputs.map((h, t) => concat(h, mirrored[t])),
    last: one.last.map((part, i) => concat(part, two.last[i])),
    back(dOutputs: readonly Vector[], dLast: State): readonly Vector[] {
      const half = (ds: readonly Vector[], second: boolean): Vector[] => ds.map((d) => (second ? d.subarray(size) : d.subarray(0, size)));
      const dxs = one.back(half(dOutputs, false), half(dLast, false));
      const mirroredDxs = two.back(half(dOutputs, true).toReversed(), half(dLast, true)).toReversed();
      return dxs.map((dx, t) => sum(dx, mirroredDxs[t]));
    },
  };
}
