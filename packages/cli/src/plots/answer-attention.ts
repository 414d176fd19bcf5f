import { type Bundle, END_ID, type Generation, readBundle, SPECIAL_TOKENS } from "@s2s/runtime";
import { type AttentionMap, attentionMap } from "./attention.ts";
import { heatMapSvg } from "./heat-map.ts";
import type { Plot } from "./read-plot.ts";

/** The weights of an answer with the tokens that they are over, the ends of both included. @param source the model's tokeniser of sources */
export function attended(source: Bundle["source"], text: string, { tokens, attention = [] }: Generation): AttentionMap {
  const end = SPECIAL_TOKENS[END_ID]!;
  return {
    source: [...(source?.tokenize(text) ?? []), end],
    target: attention.length > tokens.length ? [...tokens, end] : tokens,
    attention,
  };
}

/** Where a model looked at a text for each token of its answer, and for the answer's end. @param run where the model lies */
export async function answerAttention(run: string, text: string, answer: Generation): Promise<Plot> {
  const { source } = await readBundle(run);
  const map = attentionMap(attended(source, text, answer));
  return { kind: "attention", svg: () => heatMapSvg(map) };
}
