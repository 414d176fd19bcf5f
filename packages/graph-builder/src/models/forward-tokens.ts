import { swapBatchAndTime } from "../layers/sequence.ts";
import { correct, crossEntropy } from "../losses.ts";
import { reshape } from "../ops/movement.ts";
import { product } from "../shape.ts";
import { runDecoder } from "./decoder-run.ts";
import type { Forward } from "./forward.ts";
import { modelInput } from "./inputs/index.ts";
import { seq2seq } from "./seq2seq.ts";

/** Teacher forcing of tokens: the inputs of the source, `target_input` and `target_output` [B, T]. */
export const forwardTokens: Forward = ({ graph, scope, dims, options }, model) => {
  const { training = false, type } = scope.options;
  const source = modelInput(model.input).declare(graph, dims, type);
  const targetInput = graph.input("target_input", "int32", [dims.batch, dims.target]);
  const targetOutput = graph.input("target_output", "int32", [dims.batch, dims.target]);
  const net = seq2seq(scope, model);
  const rows = product([dims.batch, dims.target]);
  const run = runDecoder(net.decoder, swapBatchAndTime(targetInput), net.begin(source));
  const logits = net.decoder.logits(run.rows.map((row) => reshape(row, [rows, row.shape[2]])));
  const targets = reshape(swapBatchAndTime(targetOutput), [rows]);
  const { sum, count } = crossEntropy(logits, targets, training ? options.labelSmoothing : 0);
  return { sum, units: count, sums: { correct: correct(logits, targets) }, logits };
};
