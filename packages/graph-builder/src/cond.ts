import { emit, placeOf } from "./emit.ts";
import { Graph, type Value, valueText } from "./ir.ts";
import { type Shape, ShapeError, sameShape, shapeText } from "./shape.ts";
import { subgraphOutput } from "./subgraph.ts";

export interface CondOptions {
  /** Shapes of the results, with symbols where the branches differ in a size (default: those of both branches, which must agree). */
  readonly shapes?: readonly Shape[];
  readonly name?: string;
}

/**
 * A choice made when the graph runs: the values of `then` where the condition (bool []) holds, else those of `otherwise`. Both are traced, one
 * is computed: what they compute stays in them, but for what is known when the model is loaded. It has no gradient; `where` has.
 */
export function cond(
  condition: Value,
  then: () => readonly Value[],
  otherwise: () => readonly Value[],
  { shapes, name = "if" }: CondOptions = {},
): Value[] {
  if (condition.type !== "bool" || condition.shape.length > 0)
    throw new ShapeError(`${name}: the condition ${valueText(condition)} is no bool []`);
  const parent = placeOf([condition], name);
  const [first, second] = [branch(parent, `${name}.then`, then), branch(parent, `${name}.else`, otherwise)];
  if (first.values.length !== second.values.length)
    throw new ShapeError(`${name}: one branch gives ${first.values.length} values, the other ${second.values.length}`);
  const outputs = first.values.map(({ type, shape: own }, i) => {
    const shape = shapes?.[i] ?? own;
    for (const value of [first.values[i], second.values[i]]) {
      const fits = shapes ? value.shape.length === shape.length : sameShape(value.shape, shape);
      if (value.type !== type || !fits)
        throw new ShapeError(`${name}: result ${i} is ${valueText(value)} ${value.type}, not ${shapeText(shape)} ${type}`);
    }
    return { type, shape };
  });
  return emit("If", [condition], { then_branch: first.graph, else_branch: second.graph }, outputs, parent);
}

function branch(parent: Graph, name: string, trace: () => readonly Value[]): { readonly graph: Graph; readonly values: Value[] } {
  const { root } = parent;
  const around = root.branch;
  const graph = new Graph(root.uniqueName(name), parent);
  root.branch = graph;
  try {
    for (const value of trace()) subgraphOutput(graph, value);
  } finally {
    root.branch = around;
  }
  return { graph, values: graph.outputs.map(({ value }) => value) };
}
