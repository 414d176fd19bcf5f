import type { Vector } from "./vector.ts";

/** The vectors that a cell carries from step to step; the first is its output. */
export type State = readonly Vector[];

export interface CellStep {
  readonly state: State;
  /** From the gradients of the state after the step to those of what it was computed from. */
  readonly back: (dState: State) => { readonly dx: Vector; readonly dState: State; readonly dExtra: Vector };
}

/** A recurrent cell: a file of its own holds its equations, forward and backward. */
export interface Cell {
  readonly hidden: number;
  /** What the vectors of the state are called at the graphs' border. */
  readonly parts: readonly string[];
  /** @param extra added to what x contributes to the gates */
  step(x: Vector, state: State, extra?: Vector): CellStep;
}

export const zeroState = ({ hidden, parts }: Cell): State => parts.map(() => new Float64Array(hidden));

export interface CellRun {
  /** Of each step. */
  readonly outputs: readonly Vector[];
  readonly last: State;
  /** From the gradients of the outputs, and of the last state, to those of the inputs. */
  readonly back: (dOutputs: readonly Vector[], dLast: State) => readonly Vector[];
}

/** One direction of a layer over a sequence, from the zero state on. */
export function run(cell: Cell, xs: readonly Vector[]): CellRun {
  let last = zeroState(cell);
  const steps = xs.map((x) => {
    const step = cell.step(x, last);
    last = step.state;
    return step;
  });
  return {
    outputs: steps.map(({ state }) => state[0]),
    last,
    back(dOutputs, dLast) {
      const dxs: Vector[] = [];
      let dState = dLast;
      for (let t = steps.length - 1; t >= 0; t -= 1) {
        const own = dState.map((d, part) => (part === 0 ? d.map((value, j) => value + dOutputs[t][j]) : d));
        const before = steps[t].back(own);
        dxs[t] = before.dx;
        ({ dState } = before);
      }
      return dxs;
    },
  };
}
