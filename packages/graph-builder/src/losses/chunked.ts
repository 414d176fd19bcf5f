import { attachGradient } from "../custom.ts";
import { emitOne } from "../emit.ts";
import { gradientRules } from "../gradients.ts";
import { Graph, type Value, isFloat } from "../ir.ts";
import { add, mul } from "../ops/elementwise.ts";
import { filled } from "../ops/movement.ts";
import { reduceSum } from "../ops/reduce.ts";
import { closeScan } from "../scan.ts";
import { ShapeError } from "../shape.ts";
import { dependents, reverseSweep } from "../sweep.ts";
import { captures } from "../walk.ts";
import { Chunks } from "./chunks.ts";
import { type CrossEntropy, PADDING, correct, realTargets, rowLosses } from "./cross-entropy.ts";

export interface ChunkedOptions {
  /** Rows whose logits are in memory at a time. */
  readonly chunk: number;
  readonly smoothing?: number;
}

/**
 * `crossEntropy` of the logits that `readout` makes of rows [N, ...] against target ids [N], and how many are right: `correct`. The rows are
 * read out `chunk` at a time, in a loop that also computes the chunk's gradients, while its logits are there: logits [N, V] never stand in
 * memory, neither forward nor backward, and nothing is computed twice (Hsu et al. 2024, "Liger Kernel"). `readout` treats each row alike; what
 * it takes from around it gets its gradient, too. Where no gradient is asked for none is computed.
 */
export function chunkedCrossEntropy(
  rows: readonly Value[],
  readout: (rows: Value[]) => Value,
  targets: Value,
  { chunk, smoothing = 0 }: ChunkedOptions,
): CrossEntropy & { readonly correct: Value } {
  if (!Number.isInteger(chunk) || chunk < 1) throw new ShapeError(`chunkedCrossEntropy: chunk ${chunk} is no positive integer`);
  const { root } = targets.graph;
  const chunks = new Chunks(root, targets.shape[0], chunk);
  const sequences = [...rows, targets].map((row) => chunks.cut(row, PADDING));
  const body = new Graph(root.uniqueName("chunks"), root);
  const elements = sequences.map(({ type, shape }) => body.input(`${body.name}.element`, type, shape.slice(1)));
  const [parts, ids] = [elements.slice(0, -1), elements.at(-1)!];

  const logits = readout(parts);
  const { losses, gradient } = rowLosses(logits, ids, smoothing);
  const mask = realTargets(ids, logits, PADDING);
  const sums = [reduceSum(mul(losses, mask)), reduceSum(mask), correct(logits, ids)];

  const captured = [...captures(body)].filter((value) => isFloat(value.type) && !value.constant);
  const nodes = [...body.nodes];
  const active = dependents(nodes, [...parts.filter(({ type }) => isFloat(type)), ...captured], gradientRules);
  const found = reverseSweep({ rules: gradientRules, graph: body, nodes, active, seeds: new Map([[logits, gradient(mask)]]) });
  // Gradients of rows lie beside each other as the rows do; those of what all rows share are summed from chunk to chunk.
  const own = parts.flatMap((part, i) => (found.has(part) ? [{ of: rows[i], gradient: found.get(part)! }] : []));
  const shared = captured.flatMap((value) =>
    found.has(value) ? [{ of: value, state: body.input(`${body.name}.sum`, value.type, value.shape) }] : [],
  );
  // Inputs of a Scan's body: states first.
  body.inputs.splice(0, body.inputs.length, ...shared.map(({ state }) => state), ...elements);
  const { states, outputs } = closeScan(
    body,
    root,
    shared.map(({ of, state }) => accumulated(state, found.get(of)!)),
    [...sums, ...own.map((row) => row.gradient)],
    shared.map(({ of }) => filled(root, of.type, of.shape, 0)),
    sequences,
    false,
    // All but the sums could be computed outside the loop, for all rows at once: just that is to be avoided.
    false,
  );
  const [sum, count, right] = outputs.slice(0, sums.length).map((part) => reduceSum(part));
  const results = [...outputs.slice(sums.length).map((part) => chunks.joined(part)), ...states];
  attachGradient(
    sum,
    [...own, ...shared].map(({ of }) => of),
    (g) => results.map((result) => mul(result, g)),
  );
  return { sum, count, correct: right };
}

/** sum + gradient; a product is added by the operator that makes it, without standing in memory beside the sum. */
function accumulated(sum: Value, gradient: Value): Value {
  const { op, inputs, attributes } = gradient.producer ?? {};
  if (op !== "Gemm" || inputs!.length > 2) return add(sum, gradient);
  return emitOne("Gemm", [...inputs!, sum], { ...attributes, beta: 1 }, sum.type, sum.shape);
}
