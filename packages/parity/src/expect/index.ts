import type { Manifest, OutputConfig } from "@s2s/runtime/manifest";
import type { Weights } from "../reference/parameters.ts";
import { answersExpecter } from "./answers.ts";
import type { Expecter } from "./expecter.ts";
import { strokesExpecter } from "./strokes.ts";
import { tokensExpecter } from "./tokens.ts";

const EXPECTERS: Readonly<Record<OutputConfig["kind"], (manifest: Manifest, weights: Weights) => Expecter>> = {
  tokens: tokensExpecter,
  strokes: strokesExpecter,
  label: answersExpecter,
  labels: answersExpecter,
  numbers: answersExpecter,
};

/** The reference of a model. */
export const expecterOf = (manifest: Manifest, weights: Weights): Expecter => EXPECTERS[manifest.model.output.kind](manifest, weights);
