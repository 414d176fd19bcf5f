import { emit, placeOf } from "./emit.ts";
import { Graph, type Value, valueText } from "./ir.ts";
import { ShapeError, sameShape } from "./shape.ts";
import { subgraphOutput } from "./subgraph.ts";

export interface LoopStep {
  /** The carried values after this step: shapes and types of the ones before. */
  readonly states: readonly Value[];
  /** What this step gives; the loop stacks them over axis 0. */
  readonly outputs?: readonly Value[];
  /** bool []: whether there is another step. */
  readonly more: Value;
}

export interface LoopOptions {
  /** Most steps: int64 []. */
  readonly most: Value;
  /** The symbol for the number of steps that were taken, which only the run shows. */
  readonly length: string;
  readonly name?: string;
}

export interface LoopResult {
  readonly states: Value[];
  /** [length, ...] */
  readonly outputs: Value[];
}

/**
 * Repeats a step until it says that there is no more to do, `most` times at most: `step` is traced once, gets the carried states and the step's
 * number (int64 [], from 0), and may use values from around it. At least one step is taken where `most` allows it. It has no gradient; where
 * the number of steps is known beforehand, `scan` is what trains.
 */
export function loop(
  step: (states: Value[], index: Value) => LoopStep,
  initial: readonly Value[],
  { most, length, name = "loop" }: LoopOptions,
): LoopResult {
  if (most.type !== "int64" || most.shape.length > 0)
    throw new ShapeError(`${name}: the number of steps ${valueText(most)} is no int64 []`);
  const parent = placeOf([most, ...initial], name);
  const body = new Graph(parent.root.uniqueName(name), parent);
  const index = body.input(`${body.name}.index`, "int64", []);
  body.input(`${body.name}.begin`, "bool", []);
  const states = initial.map((value) => body.input(`${body.name}.state`, value.type, value.shape));
  const result = step([...states], index);
  const { outputs = [], more } = result;
  if (more.type !== "bool" || more.shape.length > 0) throw new ShapeError(`${name}: the condition ${valueText(more)} is no bool []`);
  if (result.states.length !== states.length)
    throw new ShapeError(`${name}: the step returns ${result.states.length} states for ${states.length}`);
  for (const [i, state] of result.states.entries()) {
    if (state.type !== states[i].type || !sameShape(state.shape, states[i].shape))
      throw new ShapeError(`${name}: state ${i} is ${valueText(state)} after the step, ${valueText(initial[i])} before it`);
  }
  for (const value of [more, ...result.states, ...outputs]) subgraphOutput(body, value);
  const specs = [...states, ...outputs.map(({ type, shape }) => ({ type, shape: [length, ...shape] }))];
  const begin = parent.constant("bool", [], [1]);
  const values = emit("Loop", [most, begin, ...initial], { body }, specs, parent);
  const stacked = values.slice(states.length);
  if (stacked.length > 0) {
    const [steps] = emit("Shape", [stacked[0]], { start: 0, end: 1 }, [{ type: "int64", shape: [1] }], parent);
    parent.define(length, steps);
  }
  return { states: values.slice(0, states.length), outputs: stacked };
}
