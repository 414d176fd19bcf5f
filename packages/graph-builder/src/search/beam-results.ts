import type { Value } from "../ir.ts";
import { add, and, cast, div, equal, greater, less, mod, mul, not, where } from "../ops/elementwise.ts";
import { gather, gatherElements, range, topK } from "../ops/index-ops.ts";
import { concat, expand, filled, reshape, transpose, unsqueeze } from "../ops/movement.ts";
import { reduceMax } from "../ops/reduce.ts";
import { sizeOf } from "../ops/size.ts";
import { scan } from "../scan.ts";
import { type Dim, product } from "../shape.ts";
import { END_ID, type Hypotheses } from "./decoder.ts";

/** What a beam search leaves behind: T steps, B sources, K beams; candidates are numbered beam * V + token. */
export interface BeamTrace {
  readonly vocabulary: number;
  readonly beams: Dim;
  /** Sums of log-probabilities of each step's best candidates, those that end with `</s>` among them, and their numbers: [T, B, 2K]. */
  readonly sums: Value;
  readonly candidates: Value;
  /** The candidates that stayed alive, their beams counted through the whole batch: [T, B*K]. */
  readonly selected: Value;
  /** Whether each source was still searching: [T, B]. */
  readonly open: Value;
  /** A log-probability of each hypothesis that was alive before each step: [T, B*K]. None is a number where any of its step is none. */
  readonly samples: Value;
  /** Sums of those that are alive at the end: [B, K]. */
  readonly alive: Value;
  /** By number of tokens less one, what a sum is multiplied by to be ranked. */
  readonly rescale: Value;
}

/**
 * The K best of all hypotheses that ended, and of those that are alive at the end. Of equal ones the one that was found first. A source
 * for which the model gave something else than numbers, while it was searching, has no scores but NaN.
 */
export function rankHypotheses({ vocabulary, beams, sums, candidates, selected, open, samples, alive, rescale }: BeamTrace): Hypotheses {
  const { graph } = sums;
  const [steps, batch, wide] = sums.shape;
  const none = graph.constant(sums.type, [], [-Infinity]);
  // In the order in which they were found: [B, T*2K + K].
  const inOrder = (ended: Value, others: Value): Value =>
    concat([reshape(transpose(ended, [1, 0, 2]), [batch, product([steps, wide])]), others], 1, "hypotheses");
  const scale = reshape(gather(rescale, range(graph, steps)), [steps, 1, 1]);
  const ended = where(equal(mod(candidates, vocabulary), END_ID), mul(sums, scale), none);
  const best = topK(inOrder(ended, alive), beams);
  const taken = (ofEnded: Value, ofAlive: Value): Value => gatherElements(inOrder(ofEnded, ofAlive), best.indices, 1);

  const valid = greater(best.values, none);
  // The step in which one ended is the number of tokens before </s>; of an alive one it comes out as the number of steps.
  const count = where(valid, div(best.indices, sizeOf(graph, wide)), 0);
  const beam = cast(range(graph, beams), "int64");
  const source = unsqueeze(mul(cast(range(graph, batch), "int64"), sizeOf(graph, beams)), 1);
  const row = add(div(taken(candidates, expand(mul(beam, vocabulary), [batch, beams])), vocabulary), source);
  const numbers = reshape(samples, [steps, batch, beams]);
  const broken = cast(and(not(equal(numbers, numbers)), unsqueeze(open, 2)), "int32");
  const failed = unsqueeze(cast(reduceMax(broken, [0, 2]), "bool"), 1);
  const rows = selected.shape.slice(1);
  const ids = backtrace(selected, vocabulary, reshape(row, rows), reshape(count, rows));
  return {
    ids: reshape(transpose(ids), [batch, beams, steps]),
    lengths: cast(count, "int32"),
    scores: where(failed, graph.constant(sums.type, [], [Number.NaN]), where(valid, taken(sums, alive), none)),
  };
}

/**
 * Token sequences of hypotheses, read backwards: `selected` [T, R] is row * V + token of what was alive after each step; a hypothesis
 * [R] has `count` tokens, the last of them in row `last` after step count - 1. Returns [T, R] int32, padded with 0.
 */
function backtrace(selected: Value, vocabulary: number, last: Value, count: Value): Value {
  const { graph, shape } = selected;
  const at = unsqueeze(cast(range(graph, shape[0]), "int64"), 1);
  const { outputs } = scan(
    ([row], [enters, before]) => {
      const here = where(enters, last, row);
      return { states: [gather(before, here)], outputs: [here] };
    },
    [filled(graph, "int64", last.shape, 0)],
    [equal(add(at, 1), count), div(selected, vocabulary)],
    { reverse: true, name: "backtrace" },
  );
  const tokens = gatherElements(mod(selected, vocabulary), outputs[0], 1);
  return where(less(at, count), cast(tokens, "int32"), 0);
}
