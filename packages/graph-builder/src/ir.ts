import type { AttributeTypes, Operator } from "./operators.ts";
import { type Dim, type Shape, ShapeError, shapeText } from "./shape.ts";

export type ElementType = AttributeTypes["type"];
export type FloatType = "float16" | "float32" | "float64";
export const isFloat = (type: ElementType): type is FloatType => type.startsWith("float");

/** A constant's numbers; float16 ones are given as float32 and converted when they are written. */
export type ConstantData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint32Array | Uint8Array;

/** An edge of the graph: the output of a node, an input, a constant or a parameter. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  readonly graph: Graph;
  readonly producer: Node | null;
  /** Numbers known when the graph is built. */
  readonly constant?: ConstantData;
}

export interface Node {
  readonly op: Operator;
  /** A missing optional input is null. */
  inputs: readonly (Value | null)[];
  readonly outputs: Value[];
  readonly attributes: Readonly<Partial<Record<string, AttributeTypes[keyof AttributeTypes]>>>;
}

export interface Output {
  readonly name: string;
  readonly value: Value;
  /** Of a loop's body: the value that was asked for, where a copy of it had to be made. */
  readonly copyOf?: Value;
}

export const valueText = (value: Value): string => `${value.name}${shapeText(value.shape)}`;

export interface GraphOptions {
  /** The graph will run on one thread: operators that are not safe on several may then be used where they are faster. */
  readonly singleThreaded?: boolean;
}

/**
 * Nodes in topological order (a node is appended after its operands), with named inputs and outputs.
 * The body of a loop, or a branch of a choice, is a graph with a parent, whose values it may use; constants and parameters live in the outermost graph.
 */
export class Graph {
  readonly name: string;
  readonly parent: Graph | null;
  readonly root: Graph;
  readonly depth: number;
  readonly singleThreaded: boolean;
  nodes: Node[] = [];
  readonly inputs: Value[] = [];
  readonly outputs: Output[] = [];
  /** Constants and parameters stored in the model, by name; those without numbers of their own are external data. */
  readonly initializers = new Map<string, Value>();
  /** Of the outermost graph: the branch of a choice that is being traced. */
  branch: Graph | null = null;
  readonly #counters = new Map<string, number>();
  readonly #names = new Set<string>();
  readonly #constants = new Map<string, Value>();
  readonly #sizes = new Map<string, Value>();

  constructor(name: string, parent: Graph | null = null, { singleThreaded = false }: GraphOptions = {}) {
    this.name = name;
    this.singleThreaded = parent?.singleThreaded ?? singleThreaded;
    this.parent = parent;
    this.root = parent?.root ?? this;
    this.depth = parent ? parent.depth + 1 : 0;
  }

  /** A name that nothing in this model has: `base`, or `base.1`, `base.2`, ... (ONNX forbids a subgraph to shadow a name). */
  uniqueName(base: string): string {
    const root = this.root;
    let name = base;
    while (root.#names.has(name)) {
      const next = (root.#counters.get(base) ?? 0) + 1;
      root.#counters.set(base, next);
      name = `${base}.${next}`;
    }
    root.#names.add(name);
    return name;
  }

  input(name: string, type: ElementType, shape: Shape): Value {
    const value: Value = { name: this.uniqueName(name), type, shape, graph: this, producer: null };
    if (this.parent === null && value.name !== name) throw new ShapeError(`input ${name}: the graph has a value of this name already`);
    this.inputs.push(value);
    return value;
  }

  /** Names a value as an output of the graph. */
  output(name: string, value: Value): void {
    if (this.outputs.some((output) => output.name === name)) throw new ShapeError(`output ${name}: the graph has one of this name already`);
    this.outputs.push({ name, value });
  }

  /** A parameter whose numbers are external data: in inference graphs. */
  external(name: string, type: ElementType, shape: Shape): Value {
    const value: Value = { name: this.uniqueName(name), type, shape, graph: this.root, producer: null };
    this.root.initializers.set(value.name, value);
    return value;
  }

  /** A constant in the outermost graph; equal small ones are one value. */
  constant(type: ElementType, shape: Shape, numbers: ArrayLike<number>): Value {
    const root = this.root;
    const size = numbers.length;
    const key =
      size <= 16
        ? `${type}${shapeText(shape)}${Array.from(numbers)
            .map((n) => (Object.is(n, -0) ? "-0" : n))
            .join()}`
        : null;
    const known = key === null ? undefined : root.#constants.get(key);
    if (known) return known;
    const value: Value = {
      name: root.uniqueName("constant"),
      type,
      shape,
      graph: root,
      producer: null,
      constant: constantData(type, numbers),
    };
    root.initializers.set(value.name, value);
    if (key !== null) root.#constants.set(key, value);
    return value;
  }

  /** Whether `other` is this graph or one around it. */
  within(other: Graph): boolean {
    return this === other || (this.parent?.within(other) ?? false);
  }

  /** Gives a symbol the size that a value int64 [1] says: one that no input has. */
  define(symbol: string, size: Value): void {
    if (this.root.#sizes.has(symbol)) throw new ShapeError(`size ${symbol}: the graph has one of this name already`);
    this.root.#sizes.set(symbol, size);
  }

  /** The run-time size of a dimension as an int64 tensor [1]: as defined, or read off an input of the outermost graph that has the symbol. */
  dimension(dim: Dim): Value | null {
    if (typeof dim === "number") return this.constant("int64", [1], [dim]);
    const defined = this.root.#sizes.get(dim);
    if (defined) return defined;
    for (const input of this.root.inputs) {
      const axis = input.shape.indexOf(dim);
      if (axis < 0) continue;
      const known = this.root.nodes.find((node) => node.op === "Shape" && node.inputs[0] === input && node.attributes.start === axis);
      if (known) return known.outputs[0];
      const outputs: Value[] = [];
      const node: Node = { op: "Shape", inputs: [input], outputs, attributes: { start: axis, end: axis + 1 } };
      outputs.push({ name: this.uniqueName(`size.${dim}`), type: "int64", shape: [1], graph: this.root, producer: node });
      // In front, so that whatever is being traced may use it.
      this.root.nodes.unshift(node);
      return outputs[0];
    }
    return null;
  }
}

function constantData(type: ElementType, numbers: ArrayLike<number>): ConstantData {
  switch (type) {
    case "float16":
    case "float32":
      return Float32Array.from(numbers);
    case "float64":
      return Float64Array.from(numbers);
    case "int32":
      return Int32Array.from(numbers);
    case "uint32":
      return Uint32Array.from(numbers);
    case "int64":
      return BigInt64Array.from(Array.from(numbers, BigInt));
    case "uint8":
    case "bool":
      return Uint8Array.from(numbers);
  }
}
