/** Just enough of ONNX's protobuf to write small graphs for tests; field numbers as in onnx.proto3. */

type Dimension = number | string;
export interface TestValue {
  readonly name: string;
  readonly shape: readonly Dimension[];
  readonly type?: "float32" | "int32";
}
export interface TestNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number>>;
}
export interface TestGraph {
  readonly nodes: readonly TestNode[];
  readonly initializers: readonly number[][];
  readonly inputs: readonly TestValue[];
  readonly outputs: readonly TestValue[];
}

const TYPES = { float32: 1, int32: 6, int64: 7 };

function varint(n: number): number[] {
  const bytes: number[] = [];
  let rest = n;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}
const int = (field: number, n: number) => [...varint(field * 8), ...varint(n)];
const bytes = (field: number, content: readonly number[]) => [...varint(field * 8 + 2), ...varint(content.length), ...content];
const string = (field: number, text: string) => bytes(field, [...new TextEncoder().encode(text)]);

function value(field: number, { name, shape, type = "float32" }: TestValue): number[] {
  const dimensions = shape.flatMap((d) => bytes(1, typeof d === "string" ? string(2, d) : int(1, d)));
  return bytes(field, [...string(1, name), ...bytes(2, bytes(1, [...int(1, TYPES[type]), ...bytes(2, dimensions)]))]);
}

/** A float32 tensor whose bytes are in a file beside the graph. */
export function externalTensor(name: string, shape: readonly number[], location: string, offset: number): number[] {
  const length = 4 * shape.reduce((a, b) => a * b, 1);
  const entries = Object.entries({ location, offset: String(offset), length: String(length) });
  return [
    ...shape.flatMap((d) => int(1, d)),
    ...int(2, TYPES.float32),
    ...string(8, name),
    ...entries.flatMap(([key, text]) => bytes(13, [...string(1, key), ...string(2, text)])),
    ...int(14, 1),
  ];
}

/** A tensor inside the graph. */
export function tensor(name: string, shape: readonly number[], data: Float32Array | BigInt64Array): number[] {
  const type = data instanceof Float32Array ? TYPES.float32 : TYPES.int64;
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [...shape.flatMap((d) => int(1, d)), ...int(2, type), ...string(8, name), ...bytes(9, [...raw])];
}

function attribute([name, number]: [string, number]): number[] {
  return bytes(5, [...string(1, name), ...int(3, number), ...int(20, 2)]);
}

export function encodeModel(graph: TestGraph): Uint8Array {
  const nodes = graph.nodes.flatMap((node) =>
    bytes(1, [
      ...node.inputs.flatMap((name) => string(1, name)),
      ...node.outputs.flatMap((name) => string(2, name)),
      ...string(4, node.op),
      ...Object.entries(node.attributes ?? {}).flatMap(attribute),
    ]),
  );
  const content = [
    ...nodes,
    ...string(2, "test"),
    ...graph.initializers.flatMap((initializer) => bytes(5, initializer)),
    ...graph.inputs.flatMap((input) => value(11, input)),
    ...graph.outputs.flatMap((output) => value(12, output)),
  ];
  return Uint8Array.from([...int(1, 8), ...bytes(7, content), ...bytes(8, int(2, 17))]);
}
