import { END_ID, type Generation, readBundle, SPECIAL_TOKENS } from "@s2s/runtime";
import { attentionMap } from "./attention.ts";
import { heatMapSvg } from "./heat-map.ts";
import type { Plot } from "./read-plot.ts";

/** Where a model looked at a text for each token of its answer, and for the answer's end. @param run where the model lies */
export async function answerAttention(run: string, text: string, { tokens, attention = [] }: Generation): Promise<Plot> {
  const { source } = await readBundle(run);
  const end = SPECIAL_TOKENS[END_ID]!;
  const map = attentionMap({
    source: [...(source?.tokenize(text) ?? []), end],
    target: attention.length > tokens.length ? [...tokens, end] : tokens,
    attention,
  });
  return { kind: "attention", svg: () => heatMapSvg(map) };
}
