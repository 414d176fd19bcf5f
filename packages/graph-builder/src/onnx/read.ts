import { DataType, type GraphProto, type ModelProto, type ValueInfoProto } from "./schema.ts";
import { decodeModel } from "./wire.ts";

export interface TensorSummary {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

export interface GraphStatistics {
  readonly name: string;
  readonly opset: number;
  readonly inputs: TensorSummary[];
  readonly outputs: TensorSummary[];
  /** How often each operator occurs, in loops' bodies too (a body counts once). */
  readonly operators: Record<string, number>;
  /** Stored constants and parameters, with the bytes that they take in the file or beside it. */
  readonly initializers: { readonly name: string; readonly shape: number[]; readonly external: boolean }[];
  readonly bytes: number;
}

/** What an ONNX file holds, for people to look at; throws an Error where the bytes are no ONNX model. */
export function readGraphStatistics(bytes: Uint8Array): GraphStatistics {
  let model: ModelProto;
  try {
    model = decodeModel(bytes);
  } catch (error) {
    throw new Error("not an ONNX model", { cause: error });
  }
  if (!model.graph?.name || !model.opsetImport?.length) throw new Error("not an ONNX model");
  const operators: Record<string, number> = {};
  count(model.graph, operators);
  const sorted = Object.entries(operators).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return {
    name: model.graph.name,
    opset: model.opsetImport[0].version,
    inputs: model.graph.input.map(summary),
    outputs: model.graph.output.map(summary),
    operators: Object.fromEntries(sorted),
    initializers: model.graph.initializer.map(({ name = "", dims, dataLocation }) => ({ name, shape: dims, external: dataLocation === 1 })),
    bytes: bytes.length,
  };
}

function count(graph: GraphProto, operators: Record<string, number>): void {
  for (const node of graph.node) {
    operators[node.opType] = (operators[node.opType] ?? 0) + 1;
    for (const { g } of node.attribute) if (g) count(g, operators);
  }
}

const typeNames = new Map<number, string>(Object.entries(DataType).map(([name, code]) => [code, name]));

function summary({ name, type }: ValueInfoProto): TensorSummary {
  const { elemType, shape } = type.tensorType;
  return { name, type: typeNames.get(elemType) ?? `type ${elemType}`, shape: shape.dim.map((dim) => dim.dimParam ?? dim.dimValue ?? "?") };
}
