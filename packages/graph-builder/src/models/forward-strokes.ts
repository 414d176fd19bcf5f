import { mixtureLoss } from "../layers/mixture.ts";
import { realSteps, swapBatchAndTime } from "../layers/sequence.ts";
import { mul } from "../ops/elementwise.ts";
import { reshape } from "../ops/movement.ts";
import { reduceSum } from "../ops/reduce.ts";
import { product } from "../shape.ts";
import type { Forward } from "./forward.ts";
import { modelInput } from "./inputs/index.ts";
import { POINT, strokeDecoder } from "./stroke-decoder.ts";

/** Teacher forcing of strokes: the inputs of the source, `target_input` and `target_output` [B, T, 3], `target_lengths` [B] int32. */
export const forwardStrokes: Forward = ({ graph, scope, dims }, model) => {
  const { type } = scope.options;
  const source = modelInput(model.input).declare(graph, dims, type);
  const shape = [dims.batch, dims.target, POINT];
  const targetInput = graph.input("target_input", type, shape);
  const targets = swapBatchAndTime(graph.input("target_output", type, shape));
  const lengths = graph.input("target_lengths", "int32", [dims.batch]);
  const net = strokeDecoder(scope, model);
  const densities = net.run(swapBatchAndTime(targetInput), net.begin(source));
  const rows = product([dims.target, dims.batch]);
  const losses = mixtureLoss(reshape(densities, [rows, densities.shape[2]]), reshape(targets, [rows, POINT]));
  const real = reshape(realSteps(targets, lengths), [rows]);
  return { sum: reduceSum(mul(losses, real)), units: reduceSum(real), sums: {} };
};
