import { Graph, type Node, type Value } from "./ir.ts";
import { isReversed } from "./scan.ts";
import { shapeText } from "./shape.ts";
import { subgraphs } from "./walk.ts";

/**
 * The graph as text, one node a line, subgraphs indented: `matmul: float32[B, 4] = MatMul(x, w)`.
 * Small constants are shown by their numbers; the same graph always gives the same text.
 */
export function print(graph: Graph): string {
  return `${lines(graph, "").join("\n")}\n`;
}

const typed = (value: Value): string => `${value.name}: ${value.type}${shapeText(value.shape)}`;

function operand(value: Value | null): string {
  if (!value) return "-";
  if (!value.constant || value.constant.length > 8) return value.name;
  const numbers = Array.from(value.constant as ArrayLike<number | bigint>, String).join(", ");
  return value.shape.length === 0 ? numbers : `[${numbers}]`;
}

/** What goes without saying: ONNX's defaults of Gemm, and what a shape shows. */
const UNSPOKEN: Readonly<Record<string, unknown>> = { alpha: 1, beta: 1, transA: 0, transB: 0 };

function attributes(node: Node): string {
  if (node.op === "Scan") return isReversed(node) ? ", reverse" : "";
  const shown = Object.entries(node.attributes).filter(
    ([name, value]) => value !== undefined && !(value instanceof Graph) && name !== "keepdims" && UNSPOKEN[name] !== value,
  );
  return shown.map(([name, value]) => `, ${name}=${Array.isArray(value) ? `[${value.join(", ")}]` : String(value)}`).join("");
}

function lines(graph: Graph, indent: string): string[] {
  const result = [`${indent}${graph.name}(${graph.inputs.map(typed).join(", ")})`];
  const inner = `${indent}  `;
  for (const node of graph.nodes) {
    const outputs = node.outputs.map(typed).join(", ");
    result.push(`${inner}${outputs} = ${node.op}(${node.inputs.map(operand).join(", ")}${attributes(node)})`);
    for (const subgraph of subgraphs(node)) result.push(...lines(subgraph, `${inner}  `));
  }
  result.push(
    `${inner}-> ${graph.outputs.map(({ name, value }) => (name === value.name ? name : `${name}=${operand(value)}`)).join(", ")}`,
  );
  return result;
}
