import { DataType, EXTERNAL, type GraphProto, type ModelProto, type ValueInfoProto } from "./schema.ts";
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
  try {
    return statistics(decodeModel(bytes), bytes.length);
  } catch (error) {
    throw new Error("not an ONNX model", { cause: error });
  }
}

/** Throws, of whatever kind, where a damaged file lacks a part of a model. */
function statistics({ graph, opsetImport }: ModelProto, bytes: number): GraphStatistics {
  if (!graph.name) throw new RangeError("the graph has no name");
  const operators: Record<string, number> = {};
  count(graph, operators);
  const sorted = Object.entries(operators).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return {
    name: graph.name,
    opset: opsetImport[0].version,
    inputs: graph.input.map(summary),
    outputs: graph.output.map(summary),
    operators: Object.fromEntries(sorted),
    initializers: graph.initializer.map(({ name = "", dims, dataLocation }) => ({
      name,
      shape: dims,
      external: dataLocation === EXTERNAL,
    })),
    bytes,
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
