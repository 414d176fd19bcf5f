import type { Graph, Node, Value } from "../ir.ts";
import { abs, add, cast, div, maximum, mul } from "../ops/elementwise.ts";
import { matmulInteger, toUint8, ZERO_POINT } from "../ops/quantize.ts";
import { reduceMax } from "../ops/reduce.ts";
import type { Int8Plan } from "./plan.ts";
import { inFront, replaceValues, rewriteNodes } from "./rewrite.ts";
import { LEVELS, scaleName } from "./quantize.ts";

/** A row of zeros gets this as its largest number: any scale will do, but none is no scale. */
const TINY = 1e-30;

/**
 * Lets a graph read weights that `quantize` stored: uint8 numbers `w` and their scales `w.scale`, w (w - 128). Products that the plan leaves
 * in float32 read weights that ONNX Runtime dequantises once, when it loads the graph. The others are, for each row x of the left operand,
 *
 *     s = max|x| / 127 (or 1 / 127 where x is in [-1, 1]),  y = s w.scale (round(x / s) w),  the product exact in int32
 *
 * so that no row has any influence on another, and nothing saturates on any machine: uint8 by uint8 are kernels that hold all sums.
 */
export function toInt8(graph: Graph, plan: Int8Plan): void {
  const dynamic = new Map<Value, Quantized>();
  const loaded = new Map<Value, Value>();
  inFront(graph, () => {
    for (const [name, value] of graph.initializers) {
      const planned = plan.get(name);
      if (!planned || value.constant) continue;
      const quantized = external(value, planned.axis);
      if (planned.products === "float32") loaded.set(value, mul(add(cast(quantized.numbers, value.type), -ZERO_POINT), quantized.scale));
      else dynamic.set(value, { ...quantized, unit: planned.products === "unit" });
    }
  });
  replaceValues(graph, loaded);
  rewriteNodes(graph, (node) => {
    const weight = node.op === "MatMul" || node.op === "Gemm" ? dynamic.get(node.inputs[1]!) : undefined;
    return weight ? integerProduct(node, weight) : null;
  });
}

interface Quantized {
  readonly numbers: Value;
  readonly scale: Value;
  readonly unit: boolean;
}

/** The parameter's place in the graph goes to its eight-bit numbers. */
function external({ name, type, shape, graph }: Value, axis: number): { numbers: Value; scale: Value } {
  const numbers: Value = { name, type: "uint8", shape, graph, producer: null };
  graph.initializers.set(name, numbers);
  const scale = graph.external(
    scaleName(name),
    type,
    shape.map((size, i) => (i === axis ? size : 1)),
  );
  return { numbers, scale };
}

function integerProduct(node: Node, { numbers, scale, unit }: Quantized): Value {
  const [x, , c] = node.inputs as [Value, Value, Value | undefined];
  const rows = unit ? null : mul(maximum(reduceMax(abs(x), [x.shape.length - 1], true), TINY), 1 / LEVELS);
  const sums = cast(matmulInteger(rows ? toUint8(div(x, rows)) : toUint8(x, 1 / LEVELS), numbers), x.type);
  const y = rows ? mul(mul(sums, rows), scale) : mul(sums, mul(scale, 1 / LEVELS));
  return c ? add(y, c) : y;
}
