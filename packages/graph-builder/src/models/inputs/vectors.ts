import type { InputOf } from "@s2s/runtime/manifest";
import { swapBatchAndTime } from "../../layers/sequence.ts";
import { type InputKind, declareLengths } from "./input.ts";

/** A vector at every step, such as audio features or a row of a time series, read as it is: source [B, S, F]. */
export const vectors: InputKind<InputOf<"vectors">> = {
  width: ({ width }) => width,
  declare: (graph, { width }, dims, type) => ({
    source: graph.input("source", type, [dims.batch, dims.source, width]),
    lengths: declareLengths(graph, dims),
  }),
  make:
    () =>
    ({ source, lengths }) => ({ kind: "sequence", x: swapBatchAndTime(source!), lengths: lengths! }),
};
