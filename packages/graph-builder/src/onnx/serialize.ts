import { checkGraph } from "../check.ts";
import type { Graph, Node, Value } from "../ir.ts";
import { type AttributeTypes, type Operator, type OperatorSpec, operators } from "../operators.ts";
import { bodyOf, isReversed, stateCount } from "../scan.ts";
import { Names } from "./names.ts";
import { type AttributeProto, AttributeType, DataType, type GraphProto, type NodeProto, type ValueInfoProto } from "./schema.ts";
import { type ExternalData, type ParameterData, storedBytes, tensorProto } from "./tensor.ts";
import { encodeModel } from "./wire.ts";

export type { ExternalData, ParameterData };

/** CUDA's Reshape, Squeeze and Transpose stop before opset 24; 21 is what every runtime of today has. */
export const OPSET = 21;
const IR_VERSION = 10;
/** Protobuf cannot hold more than 2 GiB in a message; 16 MiB of that are left to nodes and names. */
export const MAX_MODEL_BYTES = 2 ** 31 - 2 ** 24;

export interface SerializeOptions extends ParameterData {
  /** Writes the inferred shape of every value, for the runtime to check. */
  readonly valueInfo?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The graph as a standard ONNX model, once it has passed `checkGraph`. */
export function serialize(graph: Graph, options: SerializeOptions = {}): Uint8Array {
  checkGraph(graph);
  const stored = [...graph.initializers.values()].reduce((sum, value) => sum + storedBytes(value, options), 0);
  if (stored > MAX_MODEL_BYTES)
    throw new RangeError(`${graph.name}: ${stored} bytes of constants do not fit a model file: store them as external data`);
  return encodeModel({
    irVersion: IR_VERSION,
    producerName: "s2s",
    graph: graphProto(graph, new Names(graph), options),
    opsetImport: [{ domain: "", version: OPSET }],
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
  });
}

function graphProto(graph: Graph, names: Names, options: SerializeOptions): GraphProto {
  const root = graph.parent === null;
  const copies = root
    ? names.copied.map(({ name, value }) => ({ input: [names.of(value)], output: [name], opType: "Identity", attribute: [] }))
    : [];
  const given = new Set(graph.outputs.map(({ value }) => value));
  const inner = graph.nodes.flatMap((node) => node.outputs.filter((value) => !given.has(value)));
  return {
    name: graph.name,
    node: [...graph.nodes.map((node) => nodeProto(node, names, options)), ...copies],
    initializer: [...graph.initializers.values()].map((value) => tensorProto(value, options)),
    input: graph.inputs.map((value) => valueInfo(value, names.of(value))),
    output: graph.outputs.map(({ name, value }) => valueInfo(value, root ? name : names.of(value))),
    valueInfo: options.valueInfo ? inner.map((value) => valueInfo(value, names.of(value))) : [],
  };
}

function valueInfo(value: Value, name: string): ValueInfoProto {
  const dim = value.shape.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: DataType[value.type], shape: { dim } } } };
}

function nodeProto(node: Node, names: Names, options: SerializeOptions): NodeProto {
  const attributes: readonly AttributeProto[] =
    node.op === "Scan"
      ? scanAttributes(node, names, options)
      : Object.entries(node.attributes).flatMap(([name, value]) =>
          value === undefined ? [] : [attributeProto(node.op, name, value, names, options)],
        );
  return {
    input: node.inputs.map((value) => (value ? names.of(value) : "")),
    output: node.outputs.map((value) => names.of(value)),
    name: node.outputs[0].name,
    opType: node.op,
    attribute: [...attributes],
  };
}

function scanAttributes(node: Node, names: Names, options: SerializeOptions): AttributeProto[] {
  const states = stateCount(node);
  const sequences = node.inputs.length - states;
  const direction = Number(isReversed(node));
  return [
    { name: "body", type: AttributeType.graph, g: graphProto(bodyOf(node), names, options) },
    { name: "num_scan_inputs", type: AttributeType.int, i: sequences },
    { name: "scan_input_directions", type: AttributeType.ints, ints: Array(sequences).fill(direction) },
    { name: "scan_output_directions", type: AttributeType.ints, ints: Array(node.outputs.length - states).fill(direction) },
  ];
}

function attributeProto(
  op: Operator,
  name: string,
  value: AttributeTypes[keyof AttributeTypes],
  names: Names,
  options: SerializeOptions,
): AttributeProto {
  const text = new TextEncoder();
  switch ((operators[op] as OperatorSpec).attributes[name]) {
    case "int":
      return { name, type: AttributeType.int, i: value as number };
    case "float":
      return { name, type: AttributeType.float, f: value as number };
    case "ints":
      return { name, type: AttributeType.ints, ints: [...(value as readonly number[])] };
    case "string":
      return { name, type: AttributeType.string, s: text.encode(value as string) };
    case "strings":
      return { name, type: AttributeType.strings, strings: (value as readonly string[]).map((item) => text.encode(item)) };
    case "graph":
      return { name, type: AttributeType.graph, g: graphProto(value as Graph, names, options) };
    case "type":
      return { name, type: AttributeType.int, i: DataType[value as AttributeTypes["type"]] };
    default:
      throw new Error(`${op} has no attribute ${name}`);
  }
}
