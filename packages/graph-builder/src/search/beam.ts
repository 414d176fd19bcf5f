import type { Value } from "../ir.ts";
import { loop } from "../loop.ts";
import { add, cast, div, equal, greater, less, mod, mul, pow, where } from "../ops/elementwise.ts";
import { gather, gatherElements, range, topK } from "../ops/index-ops.ts";
import { concat, expand, filled, reshape, transpose, unsqueeze } from "../ops/movement.ts";
import { logSoftmaxFused, reduceMax } from "../ops/reduce.ts";
import { sizeOf } from "../ops/size.ts";
import { scan } from "../scan.ts";
import { type Dim, product } from "../shape.ts";
import { END_ID, type Hypotheses, START_ID, type SearchDecoder, generable } from "./decoder.ts";

export interface BeamOptions {
  /** Most tokens of a hypothesis, `</s>` counted: int64 []. */
  readonly most: Value;
  /** The symbol for the number of beams, of which the graph knows the size. */
  readonly beams: Dim;
  /** a in the length penalty lp(n) = ((5 + n) / 6)^a, not negative: a float []. */
  readonly lengthPenalty: Value;
}

/**
 * Beam search as in Wu et al. 2016: K alive hypotheses, and for each source a pool of the K best that have ended, ranked by
 * sum of log-probabilities / lp(length).
 *
 * Scores are compared in units of lp(most): sum * q(n) with q(n) = lp(most) / lp(n) >= 1. Sums are negative and only fall and q only falls
 * to 1, so an alive sum by itself bounds what can come of it, also when it is rounded. A source is therefore done when its K-th best ended
 * hypothesis is not below its best alive one, and whatever it finds while it waits for the others of the batch ranks behind.
 *
 * The loop carries no token sequences: it gives out what was selected, and the best sequences are read backwards from that once it has ended.
 */
export function beamSearch(decoder: SearchDecoder, { most, beams, lengthPenalty }: BeamOptions): Hypotheses {
  const { graph, type, vocabulary, initial, step } = decoder;
  const [batch] = initial[0].shape;
  const [rows, wide] = [product([batch, beams]), product([2, beams])];
  const integers = (shape: readonly Dim[], number: number): Value => filled(graph, "int64", shape, number);
  const none = graph.constant(type, [], [-Infinity]);
  const mask = generable(decoder);
  // Of each source the first row, as [B, 1].
  const firstRow = unsqueeze(mul(cast(range(graph, batch), "int64"), sizeOf(graph, beams)), 1);
  const firstCandidate = mul(firstRow, vocabulary);

  graph.define("steps", reshape(most, [1]));
  const lengths = cast(add(range(graph, "steps"), 6), type);
  const rescale = pow(div(cast(add(most, 5), type), lengths), lengthPenalty);

  const tiled = initial.map((state) => {
    const rest = state.shape.slice(1);
    return reshape(expand(unsqueeze(state, 1), [batch, beams, ...rest]), [rows, ...rest]);
  });
  // Only the first beam is alive before the first token, or all would go the same way.
  const first = expand(where(equal(range(graph, beams), 0), graph.constant(type, [], [0]), none), [batch, beams]);
  const empty = filled(graph, type, [batch, beams], -Infinity);

  const done = loop(
    ([tokens, alive, pool, ...states], index) => {
      const next = step(tokens, states);
      const sums = add(add(logSoftmaxFused(next.logits), reshape(alive, [rows, 1])), mask);
      // Candidates are numbered hypothesis by hypothesis, beam * V + token.
      const best = topK(reshape(sums, [batch, product([beams, vocabulary])]), wide);
      const ends = equal(mod(best.indices, vocabulary), END_ID);
      const kept = topK(where(ends, none, best.values), beams);
      const selected = reshape(add(gatherElements(best.indices, kept.indices, 1), firstCandidate), [rows]);
      const from = div(selected, vocabulary);
      const ended = where(ends, mul(best.values, gather(rescale, index)), none);
      const pooled = topK(concat([pool, ended], 1), beams).values;
      const last = graph.constant("int64", [], [-1]);
      const hopeful = greater(gather(kept.values, graph.constant("int64", [], [0]), 1), gather(pooled, last, 1));
      return {
        states: [mod(selected, vocabulary), kept.values, pooled, ...next.states.map((state) => gather(state, from))],
        outputs: [best.values, best.indices, selected],
        more: cast(reduceMax(cast(hopeful, "int32")), "bool"),
      };
    },
    [integers([rows], START_ID), first, empty, ...tiled],
    { most, length: "T.beam", name: "beam" },
  );
  const [, alive] = done.states;
  const [sums, candidates, selected] = done.outputs;
  const steps = sums.shape[0];

  // All that ended, in the order in which it was found, then what is alive: [B, T*2K + K].
  const flat = product([steps, wide]);
  const inOrder = (x: Value): Value => reshape(transpose(x, [1, 0, 2]), [batch, flat]);
  const places = cast(range(graph, beams), "int64");
  const ends = equal(mod(candidates, vocabulary), END_ID);
  const scaled = where(ends, mul(sums, reshape(gather(rescale, range(graph, steps)), [steps, 1, 1])), none);
  const width = product([beams, product([steps, 2])]);
  const join = (ended: Value, others: Value): Value => concat([inOrder(ended), others], 1, `all(${width})`);
  const ranked = topK(join(scaled, alive), beams);
  const taken = (ended: Value, others: Value): Value => gatherElements(join(ended, others), ranked.indices, 1);
  const valid = greater(ranked.values, none);
  const scores = where(valid, taken(sums, alive), none);
  const parents = add(div(taken(candidates, expand(mul(places, vocabulary), [batch, beams])), vocabulary), firstRow);
  // The step in which a hypothesis ended is the number of tokens before </s>; of an alive one it comes out as the number of steps.
  const count = where(valid, div(ranked.indices, sizeOf(graph, wide)), integers([], 0));

  const ids = backtrace(selected, vocabulary, reshape(parents, [rows]), reshape(count, [rows]));
  return {
    ids: reshape(transpose(ids), [batch, beams, steps]),
    lengths: cast(count, "int32"),
    scores,
  };
}

/**
 * Token sequences of hypotheses, read backwards: `selected` [T, R] is row * V + token of what was alive after each step; a hypothesis
 * [R] has `count` tokens, the last of them in row `last` after step count - 1. Returns [T, R] int32, padded with 0.
 */
function backtrace(selected: Value, vocabulary: number, last: Value, count: Value): Value {
  const [steps] = selected.shape;
  const { graph } = selected;
  const at = unsqueeze(cast(range(graph, steps), "int64"), 1);
  const enters = equal(add(at, 1), count);
  const { outputs } = scan(
    ([row], [enter, before]) => {
      const here = where(enter, last, row);
      return { states: [gather(before, here)], outputs: [here] };
    },
    [filled(graph, "int64", last.shape, 0)],
    [enters, div(selected, vocabulary)],
    { reverse: true, name: "backtrace" },
  );
  const tokens = gatherElements(mod(selected, vocabulary), outputs[0], 1);
  return where(less(at, count), cast(tokens, "int32"), 0);
}
