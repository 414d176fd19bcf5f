import { END_ID, START_ID } from "../vocabulary.ts";
import type { SearchSettings } from "./settings.ts";

/** A generated target. */
export interface Hypothesis {
  /** Token ids without `<s>` and `</s>`. */
  readonly ids: readonly number[];
  /** Sum of the tokens' log-probabilities (nats), `</s>` included where it was reached. */
  readonly score: number;
  /** What hypotheses are ranked by: the score with the penalties of length and coverage. */
  readonly penalizedScore: number;
  /** Whether `</s>` had not come after `maxLength` tokens. */
  readonly truncated: boolean;
  /** Where asked for: a row for each id, and a last one for `</s>` where it was reached, of weights over the source's positions. */
  readonly attention?: readonly Float32Array[] | undefined;
}

/** The tokens of a path from the last one back, so that continuations share what they have in common. */
interface Trail {
  readonly before: Trail | undefined;
  readonly token: number;
  readonly attention: Float32Array | undefined;
}

/** The beginning of a hypothesis. */
export interface Path {
  readonly trail: Trail | undefined;
  /** What the decoder reads next. */
  readonly token: number;
  /** Number of tokens, `</s>` included. */
  readonly length: number;
  /** Sum of their log-probabilities. */
  readonly sum: number;
  /** [S], where it counts: the weights of attention that each source position has got, summed over the tokens. */
  readonly coverage: Float64Array | undefined;
}

export const EMPTY_PATH: Path = { trail: undefined, token: START_ID, length: 0, sum: 0, coverage: undefined };

/** @param weights [S], the attention of the step that gave the token; the step's own memory, so it is copied where it is kept */
export function extend(path: Path, token: number, sum: number, weights: Float32Array | undefined, settings: SearchSettings): Path {
  const attention = settings.attention ? weights?.slice() : undefined;
  let coverage: Float64Array | undefined;
  if (settings.coveragePenalty > 0 && weights !== undefined) {
    coverage = path.coverage?.slice() ?? new Float64Array(weights.length);
    for (let i = 0; i < weights.length; i += 1) coverage[i] = (coverage[i] as number) + (weights[i] as number);
  }
  return { trail: { before: path.trail, token, attention }, token, length: path.length + 1, sum, coverage };
}

/** lp(n) = ((5 + n) / 6)^alpha. Wu et al., "Google's Neural Machine Translation System", 2016, arXiv:1609.08144, equation 14. */
export function lengthPenalty(length: number, alpha: number): number {
  return ((5 + length) / 6) ** alpha;
}

/** The smallest normal float32: attention that was rounded to 0 must not make a penalty infinite. */
const LEAST_COVERAGE = 2 ** -126;

/** beta * sum_i log(min(coverage_i, 1)), at most 0; the same equation. */
function coverageTerm(coverage: Float64Array | undefined, beta: number): number {
  let sum = 0;
  if (coverage !== undefined) for (const weight of coverage) sum += Math.log(Math.min(Math.max(weight, LEAST_COVERAGE), 1));
  return beta * sum;
}

/** What a hypothesis that ends here is ranked by. */
export function penalizedScore({ sum, length, coverage }: Path, settings: SearchSettings): number {
  return sum / lengthPenalty(length, settings.lengthPenalty) + coverageTerm(coverage, settings.coveragePenalty);
}

/** The tokens of a path, `</s>` included. */
export function tokensOf(path: Path): number[] {
  const tokens: number[] = [];
  for (let at = path.trail; at !== undefined; at = at.before) tokens.push(at.token);
  return tokens.toReversed();
}

/** The hypothesis that ends here: with `</s>`, or cut off. */
export function toHypothesis(path: Path, settings: SearchSettings): Hypothesis {
  const ids = tokensOf(path);
  const truncated = path.token !== END_ID;
  if (!truncated) ids.pop();
  const hypothesis = { ids, score: path.sum, penalizedScore: penalizedScore(path, settings), truncated };
  return settings.attention ? { ...hypothesis, attention: attentionOf(path) } : hypothesis;
}

function attentionOf(path: Path): Float32Array[] {
  const rows: Float32Array[] = [];
  for (let at = path.trail; at !== undefined; at = at.before) if (at.attention !== undefined) rows.push(at.attention);
  return rows.toReversed();
}
