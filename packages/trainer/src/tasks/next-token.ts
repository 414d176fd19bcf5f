import { classFigures } from "./classify.ts";
import { needsWholeTokens } from "./whole-tokens.ts";
import { labelled } from "./labelled.ts";

/** A sequence of tokens to the one that comes next: each line gives an example for each of its tokens but the first. */
export const nextToken = labelled({
  name: "next",
  unit: "step",
  sources: ["text"],
  check: needsWholeTokens,
  perStep: false,
  expand(text, cutter, { forecast: { window } }) {
    const tokens = cutter.tokenize(text);
    return tokens.slice(1).map((target, i) => ({ source: cutter.detokenize(tokens.slice(Math.max(0, i + 1 - window), i + 1)), target }));
  },
  worth: ({ accuracy = Number.NaN }) => accuracy,
  measure: classFigures,
});
