import { type Bundle, END_ID, type Generation, SPECIAL_TOKENS } from "@s2s/runtime";
import { type AttentionMap, attentionMap } from "./attention.ts";
import { heatMapSvg } from "./heat-map.ts";
import type { Plot } from "./read-plot.ts";

/**
 * The weights of an answer with the tokens that they are over, the ends of both included; of a source that is no text, with its places by number: steps,
 * or the places of the last map of an image's CNN, row by row.
 *
 * @param source the model's tokeniser of sources, if it reads texts
 */
export function attended(source: Bundle["source"], input: unknown, { tokens, attention = [] }: Generation): AttentionMap {
  const end = SPECIAL_TOKENS[END_ID]!;
  return {
    source: source ? [...source.tokenize(input as string), end] : (attention[0]?.map((_, place) => String(place + 1)) ?? []),
    target: attention.length > tokens.length ? [...tokens, end] : tokens,
    attention,
  };
}

/** Where a model looked for each token of its answer, and for the answer's end. */
export function attentionPlot(map: AttentionMap): Plot {
  return { kind: "attention", svg: () => heatMapSvg(attentionMap(map)) };
}
