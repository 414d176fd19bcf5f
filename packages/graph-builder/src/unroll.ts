import { copySteps, cut, stack } from "./copy-steps.ts";
import { emit, emitOne } from "./emit.ts";
import { Graph, type Node, type Value } from "./ir.ts";
import { concat } from "./ops/movement.ts";
import { int64, shapeValue } from "./ops/size.ts";
import { prune } from "./prune.ts";
import { bodyOf, isReversed, stateCount } from "./scan.ts";
import { type Dim, type Shape, ShapeError } from "./shape.ts";
import { subgraphOutput } from "./subgraph.ts";
import { redirect, subgraphs } from "./walk.ts";

export interface UnrollOptions {
  /**
   * Steps that a loop's body does at once: the loop stays, with so many times fewer rounds. Lengths must be multiples of it (a symbolic
   * one fails when the graph runs if it is not). Without it no loop is left, and every length must be a number.
   */
  readonly factor?: number;
}

/**
 * The other lowering of `scan`: replaces the loops of a finished graph (gradients included) by copies of their steps, for providers that
 * have no Scan. Changes the graph in place, drops what is not needed any more, and returns it.
 */
export function unrollScans(graph: Graph, { factor }: UnrollOptions = {}): Graph {
  if (factor !== undefined && (!Number.isInteger(factor) || factor < 1))
    throw new ShapeError(`unroll: factor ${factor} is no positive integer`);
  new Unroller(graph, factor ?? null).run();
  prune(graph);
  return graph;
}

class Unroller {
  readonly #graph: Graph;
  readonly #factor: number | null;
  readonly #replaced = new Map<Value, Value>();
  /** Sequences by their elements: of an output that another unrolled loop reads, nothing is stacked only to be cut again. */
  readonly #elements = new Map<Value, readonly Value[]>();

  constructor(graph: Graph, factor: number | null) {
    this.#graph = graph;
    this.#factor = factor;
  }

  run(): void {
    const graph = this.#graph;
    const { nodes } = graph;
    const now = (value: Value): Value => this.#replaced.get(value) ?? value;
    graph.nodes = [];
    for (const node of nodes) {
      redirect(node, now);
      if (node.op === "Scan") this.#unroll(node);
      else {
        for (const inner of subgraphs(node)) new Unroller(inner, this.#factor).run();
        graph.nodes.push(node);
      }
    }
    for (const [i, { name, value }] of graph.outputs.entries()) graph.outputs[i] = { name, value: now(value) };
  }

  #unroll(node: Node): void {
    const body = bodyOf(node);
    // Loops in a body that is copied are unrolled whole.
    new Unroller(body, null).run();
    const states = stateCount(node);
    const initial = node.inputs.slice(0, states) as Value[];
    const sequences = node.inputs.slice(states) as Value[];
    const results = this.#factor === null ? this.#whole(node, initial, sequences) : this.#chunked(node, initial, sequences, this.#factor);
    for (const [i, output] of node.outputs.entries()) this.#replaced.set(output, results[i]);
  }

  #whole(node: Node, initial: readonly Value[], sequences: readonly Value[]): Value[] {
    const length = sequences[0].shape[0];
    if (typeof length !== "number")
      throw new ShapeError(
        `unroll: ${bodyOf(node).name} has ${length} steps, which must be a number: trace the graph with lengths as numbers`,
      );
    const elements = sequences.map((sequence) => {
      const parts = this.#elementsOf(sequence) ?? cut(sequence, length);
      this.#elements.set(sequence, parts);
      return parts;
    });
    const { states, outputs } = copySteps(node, this.#graph, length, initial, elements);
    const stacked = outputs.map((parts) => {
      const sequence = stack(parts);
      this.#elements.set(sequence, parts);
      return sequence;
    });
    return [...states, ...stacked];
  }

  /** Elements that are values already: of a loop's output, also shifted by a step as states before each step are. */
  #elementsOf(sequence: Value): readonly Value[] | null {
    const known = this.#elements.get(sequence);
    if (known) return known;
    const { op, inputs, attributes } = sequence.producer ?? {};
    if (op === "Unsqueeze" && constants(inputs![1])[0] === 0) return [inputs![0]!];
    if (op === "Slice" && constants(inputs![3])[0] === 0)
      return this.#elementsOf(inputs![0]!)?.slice(constants(inputs![1])[0], constants(inputs![2])[0]) ?? null;
    if (op !== "Concat" || attributes!.axis !== 0) return null;
    const parts = inputs!.map((input) => this.#elementsOf(input!));
    return parts.includes(null) ? null : parts.flatMap((part) => part!);
  }

  #chunked(node: Node, initial: readonly Value[], sequences: readonly Value[], factor: number): Value[] {
    const graph = this.#graph;
    const old = bodyOf(node);
    const length = sequences[0].shape[0];
    const rounds = typeof length === "number" ? length / factor : `${length}/${factor}`;
    if (typeof rounds === "number" && !Number.isInteger(rounds))
      throw new ShapeError(`unroll: ${old.name} has ${length} steps, no multiple of ${factor}`);
    const body = new Graph(graph.root.uniqueName(old.name), graph);
    const states = initial.map(({ type, shape }) => body.input(`${body.name}.state`, type, shape));
    const chunks = sequences.map(({ type, shape }) => body.input(`${body.name}.chunk`, type, [factor, ...shape.slice(1)]));
    const done = copySteps(
      node,
      body,
      factor,
      states,
      chunks.map((chunk) => cut(chunk, factor)),
    );
    const results = [...done.states, ...done.outputs.map(stack)];
    for (const value of results) subgraphOutput(body, value);
    const operands = [
      ...initial,
      ...sequences.map((sequence) => reshapeTo(sequence, [rounds, factor, ...sequence.shape.slice(1)], [-1, factor])),
    ];
    const outputs = results.map(({ type, shape }, i) => ({ type, shape: i < states.length ? shape : [rounds, ...shape] }));
    const values = emit("Scan", operands, { body, states: states.length, reverse: Number(isReversed(node)) }, outputs, graph);
    return values.map((value, i) => (i < states.length ? value : reshapeTo(value, [length, ...value.shape.slice(2)], [-1])));
  }
}

const constants = (value: Value | null): number[] => Array.from(value!.constant as BigInt64Array, Number);

/** A shape whose first sizes are given to ONNX as they stand, one of them -1: it is inferred. */
function reshapeTo(x: Value, shape: Shape, first: readonly number[]): Value {
  const rest: readonly Dim[] = shape.slice(first.length);
  const target = rest.every((dim) => typeof dim === "number")
    ? int64(x.graph, [...first, ...rest])
    : concat([int64(x.graph, first), shapeValue(x.graph, rest)], 0);
  return emitOne("Reshape", [x, target], {}, x.type, shape);
}
