import type { ConstantData, ElementType, Graph, Node, Value } from "../ir.ts";
import { type AttributeTypes, type Operator, type OperatorSpec, operators } from "../operators.ts";
import { bodyOf, isReversed, stateCount } from "../scan.ts";
import { float16Bits } from "./float16.ts";
import {
  type AttributeProto,
  AttributeType,
  DataType,
  EXTERNAL,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from "./schema.ts";
import { encodeModel } from "./wire.ts";

/** CUDA's Reshape, Squeeze and Transpose stop before opset 24; 21 is what every runtime of today has. */
export const OPSET = 21;
const IR_VERSION = 10;
/** Protobuf cannot hold more than 2 GiB in a message. */
const MAX_BYTES = 2 ** 31 - 1;

/** Where a parameter's bytes lie: a file beside the model, an offset and a length. */
export interface ExternalData {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

export interface SerializeOptions {
  /** Parameters that are stored outside of the model, by name. */
  readonly external?: ReadonlyMap<string, ExternalData>;
  /** Writes the inferred shape of every value, for the runtime to check. */
  readonly valueInfo?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The graph as a standard ONNX model. */
export function serialize(graph: Graph, options: SerializeOptions = {}): Uint8Array {
  const model: ModelProto = {
    irVersion: IR_VERSION,
    producerName: "s2s",
    graph: graphProto(graph, options),
    opsetImport: [{ domain: "", version: OPSET }],
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
  };
  const stored = model.graph.initializer.reduce((sum, tensor) => sum + (tensor.rawData?.length ?? 0), 0);
  if (stored > MAX_BYTES)
    throw new RangeError(`${graph.name}: ${stored} bytes of constants do not fit a model file: store them as external data`);
  return encodeModel(model);
}

function graphProto(graph: Graph, options: SerializeOptions): GraphProto {
  const renamed = new Map<Value, string>();
  const nodes = graph.nodes.map((node) => nodeProto(node, options));
  // An output keeps its own name: a copy is made of values that have another.
  for (const { name, value } of graph.outputs) {
    if (value.name === name) continue;
    nodes.push({ input: [value.name], output: [name], opType: "Identity", attribute: [] });
    renamed.set(value, name);
  }
  const outputs = graph.outputs.map(({ name, value }) => valueInfo(value, name));
  return {
    name: graph.name,
    node: graph.parent === null ? withoutCopies(nodes, graph) : nodes,
    initializer: [...graph.initializers.values()].map((value) => tensorProto(value, options)),
    input: graph.inputs.map((value) => valueInfo(value)),
    output: outputs,
    valueInfo: options.valueInfo ? graph.nodes.flatMap((node) => node.outputs.map((value) => valueInfo(value))) : [],
  };
}

/** Lets a node write an output of the graph under the output's name, where nothing stands in the way. */
function withoutCopies(nodes: NodeProto[], graph: Graph): NodeProto[] {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { name, value } of graph.outputs) {
    if (value.name === name || value.producer === null || value.graph !== graph || names.has(value.name)) continue;
    names.set(value.name, name);
    taken.add(name);
  }
  const rename = (name: string): string => names.get(name) ?? name;
  const renameIn = (node: NodeProto): NodeProto => ({
    ...node,
    input: node.input.map(rename),
    output: node.output.map(rename),
    attribute: node.attribute.map((attribute) =>
      attribute.g ? { ...attribute, g: { ...attribute.g, node: attribute.g.node.map(renameIn) } } : attribute,
    ),
  });
  return nodes.filter((node) => !(node.opType === "Identity" && node.name === undefined && taken.has(node.output[0]))).map(renameIn);
}

function valueInfo(value: Value, name = value.name): ValueInfoProto {
  const dim = value.shape.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: DataType[value.type], shape: { dim } } } };
}

function nodeProto(node: Node, options: SerializeOptions): NodeProto {
  const attributes: readonly AttributeProto[] =
    node.op === "Scan"
      ? scanAttributes(node, options)
      : Object.entries(node.attributes).flatMap(([name, value]) => (value === undefined ? [] : [attributeProto(node.op, name, value)]));
  const input = node.inputs.map((value) => value?.name ?? "");
  return {
    input,
    output: node.outputs.map((value) => value.name),
    name: node.outputs[0].name,
    opType: node.op,
    attribute: [...attributes],
  };
}

function scanAttributes(node: Node, options: SerializeOptions): AttributeProto[] {
  const states = stateCount(node);
  const sequences = node.inputs.length - states;
  const direction = Number(isReversed(node));
  return [
    { name: "body", type: AttributeType.graph, g: graphProto(bodyOf(node), options) },
    { name: "num_scan_inputs", type: AttributeType.int, i: sequences },
    { name: "scan_input_directions", type: AttributeType.ints, ints: Array(sequences).fill(direction) },
    { name: "scan_output_directions", type: AttributeType.ints, ints: Array(node.outputs.length - states).fill(direction) },
  ];
}

function attributeProto(op: Operator, name: string, value: AttributeTypes[keyof AttributeTypes]): AttributeProto {
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
    case "type":
      return { name, type: AttributeType.int, i: DataType[value as ElementType] };
    default:
      throw new Error(`${op} has no attribute ${name}`);
  }
}

function tensorProto(value: Value, { external }: SerializeOptions): TensorProto {
  const tensor: TensorProto = { dims: value.shape.map(Number), dataType: DataType[value.type], name: value.name };
  const place = external?.get(value.name);
  if (place) {
    const entries = { location: place.file, offset: String(place.offset), length: String(place.bytes) };
    return { ...tensor, dataLocation: EXTERNAL, externalData: Object.entries(entries).map(([key, text]) => ({ key, value: text })) };
  }
  if (!value.constant) throw new Error(`${value.name} has neither numbers nor a place in an external file`);
  return { ...tensor, rawData: rawBytes(value.type, value.constant) };
}

function rawBytes(type: ElementType, data: ConstantData): Uint8Array {
  const array = type === "float16" ? Uint16Array.from(data as Float32Array, float16Bits) : data;
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
