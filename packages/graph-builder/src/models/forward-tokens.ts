import type { Value } from "../ir.ts";
import { coverageLoss } from "../layers/attention/coverage.ts";
import { scheduledSampling } from "../layers/scheduled-sampling.ts";
import { swapBatchAndTime } from "../layers/sequence.ts";
import { wordDropout } from "../layers/word-dropout.ts";
import { chunkedCrossEntropy, correct, crossEntropy, sampledCrossEntropy } from "../losses.ts";
import { add, mul } from "../ops/elementwise.ts";
import { reshape } from "../ops/movement.ts";
import { product } from "../shape.ts";
import { runDecoder } from "./decoder-run.ts";
import type { Forward, Loss, LossGraph } from "./forward.ts";
import { modelInput } from "./inputs/index.ts";
import { seq2seq } from "./seq2seq.ts";
import type { Rows } from "./decoder-state.ts";
import type { TokenDecoder } from "./token-decoder.ts";

/** Of tokens: the inputs of the source, `target_input` and `target_output` [B, T]. The decoder reads the true tokens, or by chance its own. */
export const forwardTokens: Forward = (place, model) => {
  const { graph, scope, dims, options, seed } = place;
  const { training = false, type } = scope.options;
  const source = modelInput(model.input).declare(graph, dims, type);
  const targetInput = graph.input("target_input", "int32", [dims.batch, dims.target]);
  const targetOutput = swapBatchAndTime(graph.input("target_output", "int32", [dims.batch, dims.target]));
  const net = seq2seq(scope, model);
  const own = scope.in("decoder");
  const choice =
    training && options.scheduledSampling
      ? scheduledSampling(own.in("sampling"), {
          seed: seed(),
          teacherForcing: graph.input("teacher_forcing", type, []),
          steps: dims.target,
          batch: dims.batch,
        })
      : undefined;
  const read = wordDropout(own.in("words"), swapBatchAndTime(targetInput));
  const run = runDecoder(net.decoder, read, net.begin(source), choice);
  const rows = product([dims.batch, dims.target]);
  const flat = run.rows.map((row) => reshape(row, [rows, row.shape[2]]));
  const loss = lossOf(place, net.decoder, flat, reshape(targetOutput, [rows]));
  const { coverageWeight = 0 } = options;
  if (!training || coverageWeight === 0) return loss;
  if (!run.attention) throw new Error("coverageWeight needs attention");
  return { ...loss, sum: add(loss.sum, mul(coverageLoss(run.attention, targetOutput), coverageWeight)) };
};

/** The cross-entropy of rows, by the way that the options take through the vocabulary. */
function lossOf({ scope, options, seed }: LossGraph, decoder: TokenDecoder, rows: Rows, targets: Value): Loss {
  const { labelSmoothing = 0, lossChunk = 0, sampledSoftmax = 0 } = options;
  const { training = false } = scope.options;
  const smoothing = training ? labelSmoothing : 0;
  if (training && sampledSoftmax > 0) {
    if (rows.length > 1) throw new Error("sampledSoftmax does not go with a decoder that copies, whose words are not the readout's alone");
    if (smoothing > 0) throw new Error("sampledSoftmax does not go with labelSmoothing, which is over all words");
    const { sum, count } = sampledCrossEntropy(rows[0], decoder.readout, targets, { samples: sampledSoftmax, seed: seed() });
    return { sum, units: count, sums: {} };
  }
  if (lossChunk > 0) {
    const found = chunkedCrossEntropy(rows, (part) => decoder.logits(part), targets, { chunk: lossChunk, smoothing });
    return { sum: found.sum, units: found.count, sums: { correct: found.correct } };
  }
  const logits = decoder.logits(rows);
  const { sum, count } = crossEntropy(logits, targets, smoothing);
  return { sum, units: count, sums: { correct: correct(logits, targets) }, logits };
}
