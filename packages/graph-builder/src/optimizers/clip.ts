import type { Value } from "../ir.ts";
import { add, clip, div, minimum, mul, sqrt, sumOf } from "../ops/elementwise.ts";
import { reshape } from "../ops/movement.ts";
import { reduceSum, reduceSumSquare } from "../ops/reduce.ts";

export interface ClipOptions {
  /** Longest global gradient norm; 0 does not clip. */
  readonly clipNorm?: number;
  /** Largest number of a gradient, of either sign, after its norm was clipped; 0 does not clip. */
  readonly clipValue?: number;
}

/** Euclidean norm over all gradients together; long sums go in two stages, so that runtimes agree. */
export function globalNorm(gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) => reshape(reduceSum(reduceSumSquare(gradient, [-1], true)), []));
  return sqrt(sumOf(squares));
}

/** Factor that brings gradients of this norm to at most `longest`: min(1, longest / (norm + 1e-6)), as PyTorch's clip_grad_norm_. */
const clipFactor = (norm: Value, longest: number): Value => minimum(div(longest, add(norm, 1e-6)), norm.graph.constant(norm.type, [], [1]));

/** How a gradient is clipped, given the norm of all: first by it (Pascanu et al. 2013), then number by number. */
export function clipping(norm: Value | null, { clipNorm = 0, clipValue = 0 }: ClipOptions): (gradient: Value) => Value {
  const factor = norm && clipNorm > 0 ? clipFactor(norm, clipNorm) : null;
  return (gradient) => {
    const scaled = factor ? mul(gradient, factor) : gradient;
    return clipValue > 0 ? clip(scaled, -clipValue, clipValue) : scaled;
  };
}
