import type { InputOf } from "@s2s/runtime/manifest";
import { embeddingDropout } from "../../layers/dropout.ts";
import { embedding, readoutDeviation } from "../../layers/embedding.ts";
import { swapBatchAndTime } from "../../layers/sequence.ts";
import { wordDropout } from "../../layers/word-dropout.ts";
import { type InputKind, declareLengths } from "./input.ts";

/** Ids of tokens, embedded: source int32 [B, S]. Parameter: embedding.w [V, E]. */
export const tokens: InputKind<InputOf<"tokens">> = {
  width: ({ embedding: width }) => width,
  declare: (graph, _config, dims) => ({
    source: graph.input("source", "int32", [dims.batch, dims.source]),
    lengths: declareLengths(graph, dims),
  }),
  make(scope, { vocabulary, embedding: width }, { readOut }) {
    const embed = embedding(scope.in("embedding"), vocabulary, width, readOut ? readoutDeviation(width) : 1);
    return ({ source, lengths }) => {
      const ids = wordDropout(scope.in("embedding"), swapBatchAndTime(source!));
      return { kind: "sequence", x: embeddingDropout(scope, embed(ids)), lengths: lengths! };
    };
  },
};
