import type { Bundle } from "../bundle.ts";
import type { Graphs } from "../engine/graphs.ts";
import type { Refusal } from "../engine/service.ts";
import type { Texts } from "../engine/texts.ts";
import type { Interruption } from "../search/options.ts";
import type { ReadInput } from "./inputs/index.ts";
import type { PredictData } from "./prediction.ts";

/** A model of which the answers are no texts. */
export interface PredictingModel {
  readonly bundle: Bundle;
  readonly graphs: Graphs;
  readonly texts: Texts;
  readonly read: ReadInput;
}

/** Answers inputs, each in its place. @throws UserError for options that are unknown or out of bounds */
export type Predict<A> = (
  model: PredictingModel,
  inputs: readonly unknown[],
  data: PredictData,
  interruption: Interruption,
) => Promise<(A | Refusal)[]>;

export const NO_TOKEN: Refusal = { error: "the text has no token; leave it out" };
