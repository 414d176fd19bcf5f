import { columnOf } from "../data/rows.ts";
import { classFigures } from "./classify.ts";
import { labelled } from "./labelled.ts";

/** A sequence of tokens to the one that comes next: each line gives an example for each of its tokens but the first. */
export const nextToken = labelled({
  name: "next",
  unit: "token",
  perStep: false,
  parse(row, { data, forecast }, tokenizer) {
    const tokens = tokenizer.tokenize(columnOf(row, data.sourceColumn, "sequence", "data.sourceColumn"));
    return tokens.slice(1).map((label, i) => ({
      text: tokenizer.detokenize(tokens.slice(Math.max(0, i + 1 - forecast.window), i + 1)),
      labels: [label],
    }));
  },
  measure: classFigures,
  details: () => ({}),
});
