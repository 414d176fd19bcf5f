import type { Pooling } from "@s2s/runtime/manifest";
import type { Value } from "../ir.ts";
import { greater, where } from "../ops/elementwise.ts";
import { unsqueeze } from "../ops/movement.ts";
import { reduceMax } from "../ops/reduce.ts";
import { meanStep, realSteps } from "./sequence.ts";

/** A sequence's vectors x [S, B, W], its lengths [B] and what was there after its last step: `last` [B, W]. */
export interface Pooled {
  readonly x: Value;
  readonly lengths: Value;
  readonly last: Value;
}

/** How a sequence becomes one vector [B, W], padding left out. */
export const POOLINGS: Readonly<Record<Pooling, (sequence: Pooled) => Value>> = {
  last: ({ last }) => last,
  mean: ({ x, lengths }) => meanStep(x, lengths),
  max: ({ x, lengths }) => reduceMax(where(greater(unsqueeze(realSteps(x, lengths), -1), 0), x, -Infinity), [0]),
};
