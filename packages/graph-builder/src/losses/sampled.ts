import { attachGradient } from "../custom.ts";
import type { Value } from "../ir.ts";
import { add, equal, mul, sub, where } from "../ops/elementwise.ts";
import { gather, scatterElements } from "../ops/index-ops.ts";
import { gemm } from "../ops/matmul.ts";
import { concat, expand, filled, split, transpose, unsqueeze } from "../ops/movement.ts";
import { reduceSum } from "../ops/reduce.ts";
import { type Dim, ShapeError } from "../shape.ts";
import { aliasTable, drawn } from "./alias.ts";
import { type CrossEntropy, PADDING, realTargets, rowLosses } from "./cross-entropy.ts";

/** What words are drawn from. Log-uniform is close to the frequencies of words whose ids are sorted by them (Zipf 1949). */
export type SamplingDistribution = "log-uniform" | "uniform";

export interface SampledOptions {
  /** Words drawn for all rows together, with replacement. */
  readonly samples: number;
  /** int32 []; decides what is drawn. */
  readonly seed: Value;
  readonly distribution?: SamplingDistribution;
}

/** Probability of each id. Log-uniform: P(k) = log((k + 2) / (k + 1)) / log(V + 1). */
export const samplingProbabilities = (distribution: SamplingDistribution, size: number): Float64Array =>
  Float64Array.from({ length: size }, (_, k) => (distribution === "uniform" ? 1 / size : Math.log1p(1 / (k + 1)) / Math.log1p(size)));

/** Stands for no probability at all: no logit comes near it. */
const NEVER = -1e30;

/**
 * Cross-entropy in training with a large vocabulary, by importance sampling (Bengio & Senecal 2008; Jean et al. 2015): of h [N, F] with an affine
 * readout w, b against target ids [N]. Instead of all words, a row has its own target y and the same n words k that were drawn from P:
 *
 *     loss = -log(exp(s_y) / (exp(s_y) + sum over drawn k != y of exp(s_k) / (n P(k)))),   s = h W + b
 *
 * The correction by the expected count n P(k) makes the sum the softmax's in expectation. Only the words that take part have gradients, and only
 * their logits are computed; evaluation takes `crossEntropy`.
 * @param readout w [F, V], or [V, F] where `tied` to an embedding; b [V]
 */
export function sampledCrossEntropy(
  h: Value,
  { w, b, tied = false }: { readonly w: Value; readonly b: Value; readonly tied?: boolean },
  targets: Value,
  { samples, seed, distribution = "log-uniform" }: SampledOptions,
): CrossEntropy {
  if (!Number.isInteger(samples) || samples < 1) throw new ShapeError(`sampledCrossEntropy: ${samples} samples are no positive integer`);
  const [rows] = h.shape;
  const size = b.shape[0] as number;
  const probabilities = samplingProbabilities(distribution, size);
  const ids = drawn(aliasTable(probabilities), seed, samples);
  const parts: [Dim, Dim] = [samples, rows];
  const taking = concat([ids, targets], 0);
  const [sampled, own] = tied ? split(gather(w, taking), parts, 0) : split(columns(w, taking), parts, 1);
  const [sampledBias, ownBias] = split(gather(b, taking), parts, 0);

  const counts = h.graph.constant(
    h.type,
    [size],
    probabilities.map((p) => Math.log(p * samples)),
  );
  const corrected = gemm(h, sampled, sub(sampledBias, gather(counts, ids)), { transB: tied });
  const others = where(equal(unsqueeze(targets, 1), ids), NEVER, corrected);
  const right = add(reduceSum(mul(h, tied ? own : transpose(own)), [-1]), ownBias);
  const logits = concat([unsqueeze(right, 1), others], 1);
  const { losses, gradient } = rowLosses(logits, filled(h.graph.root, "int32", [rows], 0), 0);
  attachGradient(losses, [logits], (ofLosses, read) => [gradient(ofLosses, read)]);
  const mask = realTargets(targets, h, PADDING);
  return { sum: reduceSum(mul(losses, mask)), count: reduceSum(mask) };
}

/** Columns of a matrix [F, V] at ids [K] -> [F, K]. The gradient is put where they came from as they lie, not turned to rows and back. */
function columns(w: Value, ids: Value): Value {
  const [height] = w.shape;
  const taken = gather(w, ids, 1);
  attachGradient(taken, [w], (gradient, read) => {
    const places = expand(unsqueeze(read(ids), 0), [height, ...ids.shape]);
    return [scatterElements(filled(w.graph.root, w.type, w.shape, 0), places, gradient, 1)];
  });
  return taken;
}
