import { emit } from "./emit.ts";
import type { Graph, Node, Value } from "./ir.ts";
import { gather } from "./ops/index-ops.ts";
import { concat, unsqueeze } from "./ops/movement.ts";
import { bodyOf, isReversed } from "./scan.ts";
import { ShapeError } from "./shape.ts";
import { subgraphs } from "./walk.ts";

export interface Steps {
  readonly states: Value[];
  /** For each output its elements, by position. */
  readonly outputs: Value[][];
}

/** Copies a loop's step into `target` for every position, in the loop's direction. */
export function copySteps(
  node: Node,
  target: Graph,
  length: number,
  initial: readonly Value[],
  elements: readonly (readonly Value[])[],
): Steps {
  const body = bodyOf(node);
  const count = initial.length;
  let states = [...initial];
  const outputs: Value[][] = body.outputs.slice(count).map(() => Array<Value>(length));
  for (let step = 0; step < length; step++) {
    const at = isReversed(node) ? length - 1 - step : step;
    const copies = new Map<Value, Value>();
    for (const [i, input] of body.inputs.entries()) copies.set(input, i < count ? states[i] : elements[i - count][at]);
    const copy = (value: Value): Value => copies.get(value) ?? value;
    for (const inner of body.nodes) {
      if (subgraphs(inner).length > 0)
        throw new ShapeError(`unroll: ${body.name} has a ${inner.op} in it, whose steps or branches cannot be copied`);
      // Copies that only a loop's boundary needed.
      const made =
        inner.op === "Identity"
          ? [copy(inner.inputs[0]!)]
          : emit(
              inner.op,
              inner.inputs.map((input) => input && copy(input)),
              inner.attributes as never,
              inner.outputs,
              target,
            );
      for (const [i, output] of inner.outputs.entries()) copies.set(output, made[i]);
    }
    const results = body.outputs.map(({ value }) => copy(value));
    states = results.slice(0, count);
    for (const [i, parts] of outputs.entries()) parts[at] = results[count + i];
  }
  return { states, outputs };
}

/** The elements of axis 0, one node each. */
export const cut = (sequence: Value, length: number): Value[] =>
  Array.from({ length }, (_, at) => gather(sequence, sequence.graph.constant("int64", [], [at])));

/** Elements as a sequence. */
export const stack = (parts: readonly Value[]): Value =>
  concat(
    parts.map((part) => unsqueeze(part, 0)),
    0,
  );
