import type { Value } from "../ir.ts";
import { loop } from "../loop.ts";
import { add, bitwiseXor, cast, equal, less, minimum, sub, where } from "../ops/elementwise.ts";
import { gatherElements, range, topK } from "../ops/index-ops.ts";
import { filled, squeeze, transpose, unsqueeze } from "../ops/movement.ts";
import { cumulativeSum, logSoftmaxFused, reduceMax } from "../ops/reduce.ts";
import { sizeOf } from "../ops/size.ts";
import { END_ID, type Hypotheses, START_ID, type SearchDecoder, generable } from "./decoder.ts";

/**
 * Greedy search: at each step every source takes its most probable token, until all have ended or `most` (int64 []) steps are done.
 * A source that has ended goes on with the others; what it gives after `</s>` is cut off behind the loop, for all steps at once.
 * Returns what is to be computed behind it.
 */
export function greedySearch(decoder: SearchDecoder, most: Value): () => Hypotheses {
  const { graph, initial, memory, step } = decoder;
  const [batch] = initial[0].shape;
  const mask = generable(decoder);
  const start = filled(graph, "int64", [batch], START_ID);
  // Positive while a source has not ended.
  const open = filled(graph, "int64", [batch], 1);
  const { outputs } = loop(
    ([tokens, going, ...before]) => {
      const next = step(tokens, before, memory);
      const best = topK(add(logSoftmaxFused(next.logits), mask), 1);
      const token = squeeze(best.indices, -1);
      const still = minimum(going, bitwiseXor(token, END_ID));
      return { states: [token, still, ...next.states], outputs: [best.indices, best.values], more: cast(reduceMax(still), "bool") };
    },
    [start, open, ...initial],
    { most, length: "T.greedy", name: "greedy" },
  );
  return () => cutAtEnd(transpose(squeeze(outputs[0], -1)), transpose(squeeze(outputs[1], -1)));
}

/** From the tokens of all steps and their log-probabilities: [B, T] each. */
function cutAtEnd(tokens: Value, scores: Value): Hypotheses {
  const { graph, shape } = tokens;
  const count = cast(sizeOf(graph, shape[1]), "int32");
  const at = range(graph, shape[1]);
  // How many steps there were from </s> on, it counted: none where it did not come.
  const unused = reduceMax(where(equal(tokens, END_ID), sub(count, at), 0), [-1], true);
  const lengths = sub(count, unused);
  return {
    ids: unsqueeze(where(less(at, lengths), cast(tokens, "int32"), 0), 1),
    lengths,
    // Added in order: a sum over the whole row would be rounded by how many steps the others of the batch took.
    scores: gatherElements(cumulativeSum(scores, -1), minimum(lengths, sub(count, 1)), -1),
  };
}
