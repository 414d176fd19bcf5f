import type { InputOf } from "@s2s/runtime/manifest";
import type { InputKind } from "./input.ts";

/** One vector, such as the features that another model made of an image, read as it is: source [B, F]. */
export const vector: InputKind<InputOf<"vector">> = {
  width: ({ width }) => width,
  declare: (graph, { width }, { batch }, type) => ({ source: graph.input("source", type, [batch, width]), lengths: null }),
  make:
    () =>
    ({ source }) => ({ kind: "vector", x: source!, map: null }),
};
