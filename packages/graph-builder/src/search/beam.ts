import type { Value } from "../ir.ts";
import { loop } from "../loop.ts";
import { add, and, cast, div, equal, greater, mod, mul, pow, sub, where } from "../ops/elementwise.ts";
import { gather, gatherElements, range, topK } from "../ops/index-ops.ts";
import { concat, expand, filled, reshape, unsqueeze } from "../ops/movement.ts";
import { logSoftmaxFused, reduceMax } from "../ops/reduce.ts";
import { sizeOf } from "../ops/size.ts";
import { type Dim, product } from "../shape.ts";
import { rankHypotheses } from "./beam-results.ts";
import { END_ID, type Hypotheses, START_ID, type SearchDecoder, generable } from "./decoder.ts";

/** Below any sum, and finite: differences from it are numbers. */
const NO_SCORE = -1e30;

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
 * Scores are compared in units of lp(most): sum * q(n) with q(n) = lp(most) / lp(n) >= 1. Sums are not positive and only fall, and q only
 * falls to 1, so an alive sum by itself bounds what can come of it, also when it is rounded. A source is therefore done when its K-th best
 * ended hypothesis is not below its best alive one, and whatever it finds while it waits for the others of its batch ranks behind.
 *
 * The loop carries no token sequences: it gives out what was selected, and the best sequences are read backwards from that once it has ended.
 * Returns what is to be computed behind it.
 */
export function beamSearch(decoder: SearchDecoder, { most, beams, lengthPenalty }: BeamOptions): () => Hypotheses {
  const { graph, type, vocabulary, initial, memory, step } = decoder;
  const [batch] = initial[0].shape;
  const [rows, wide] = [product([batch, beams]), product([2, beams])];
  const none = graph.constant(type, [], [-Infinity]);
  const mask = generable(decoder);
  // Added to a candidate's score, by its token. A Where in each step would take several times as long.
  const byToken = (atEnd: number, elsewhere: number): Value =>
    graph.constant(
      type,
      [vocabulary],
      Array.from({ length: vocabulary }, (_, id) => (id === END_ID ? atEnd : elsewhere)),
    );
  const [goesOn, ends] = [byToken(-Infinity, 0), byToken(0, NO_SCORE)];
  // Of each source the first row, as [B, 1].
  const firstRow = unsqueeze(mul(cast(range(graph, batch), "int64"), sizeOf(graph, beams)), 1);
  const firstCandidate = mul(firstRow, vocabulary);

  graph.define("steps", reshape(most, [1]));
  const lengths = cast(add(range(graph, "steps"), 6), type);
  const rescale = pow(div(cast(add(most, 5), type), lengths), lengthPenalty);

  // A row for each beam. Beams of a source share its memory, so that it is never reordered.
  const tiled = (x: Value): Value => {
    const rest = x.shape.slice(1);
    return reshape(expand(unsqueeze(x, 1), [batch, beams, ...rest]), [rows, ...rest]);
  };
  const held = memory.map(tiled);
  // Only the first beam is alive before the first token, or all would go the same way.
  const first = expand(where(equal(range(graph, beams), 0), graph.constant(type, [], [0]), none), [batch, beams]);
  const empty = filled(graph, type, [batch, beams], NO_SCORE);

  // Whether a source still looks for something better: [B].
  const searching = filled(graph, "bool", [batch], 1);

  const { states, outputs } = loop(
    ([tokens, alive, pool, open, ...before], index) => {
      const next = step(tokens, before, held);
      const logs = logSoftmaxFused(next.logits);
      const sums = add(add(logs, reshape(alive, [rows, 1])), mask);
      // Candidates are numbered hypothesis by hypothesis, beam * V + token.
      const best = topK(reshape(sums, [batch, product([beams, vocabulary])]), wide);
      const token = mod(best.indices, vocabulary);
      const kept = topK(add(best.values, gather(goesOn, token)), beams);
      const selected = reshape(add(gatherElements(best.indices, kept.indices, 1), firstCandidate), [rows]);
      const from = div(selected, vocabulary);
      const ended = add(mul(best.values, gather(rescale, index)), gather(ends, token));
      const pooled = topK(concat([pool, ended], 1), beams).values;
      const column = (x: Value, at: number): Value => gather(x, graph.constant("int64", [], [at]), 1);
      const hope = sub(column(kept.values, 0), column(pooled, -1));
      // What a source comes to that is done is not looked at, numbers or not.
      const still = and(open, greater(hope, 0));
      return {
        states: [mod(selected, vocabulary), kept.values, pooled, still, ...next.states.map((state) => gather(state, from))],
        outputs: [best.values, best.indices, selected, open, gather(logs, graph.constant("int64", [], [END_ID]), 1)],
        more: cast(reduceMax(cast(still, "int32")), "bool"),
      };
    },
    [filled(graph, "int64", [rows], START_ID), first, empty, searching, ...initial.map(tiled)],
    { most, length: "T.beam", name: "beam" },
  );
  const [sums, candidates, selected, open, samples] = outputs;
  return () => rankHypotheses({ vocabulary, beams, sums, candidates, selected, open, samples, alive: states[1], rescale });
}
