import type { Manifest, OutputConfig } from "@s2s/runtime/manifest";
import type { Weights } from "../reference/parameters.ts";
import { answersExpecter } from "./answers.ts";
import type { Expecter } from "./expecter.ts";
import { type Members, membersOf } from "./members.ts";
import { strokesExpecter } from "./strokes.ts";
import { tokensExpecter } from "./tokens.ts";

const EXPECTERS: Readonly<Record<OutputConfig["kind"], (members: Members, manifest: Manifest) => Expecter>> = {
  tokens: tokensExpecter,
  strokes: strokesExpecter,
  label: answersExpecter,
  labels: answersExpecter,
  numbers: answersExpecter,
};

/** The reference of a model, or of an ensemble. @throws UserError as `membersOf` does */
export const expecterOf = (manifest: Manifest, weights: Weights): Expecter =>
  EXPECTERS[manifest.model.output.kind](membersOf(manifest, weights), manifest);
