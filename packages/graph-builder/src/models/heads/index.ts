import type { OutputConfig, OutputOf } from "@s2s/runtime/manifest";
import type { FloatType, Graph, Value } from "../../ir.ts";
import type { Scope } from "../../scope.ts";
import type { Head, HeadDims, HeadKind } from "./head.ts";
import { label } from "./label.ts";
import { labels } from "./labels.ts";
import { numbers } from "./numbers.ts";

type HeadName = "label" | "labels" | "numbers";

/** Every kind of output that is given at once, by the name in a model's configuration. */
const HEADS: { readonly [K in HeadName]: HeadKind<OutputOf<K>> } = { label, labels, numbers };

/** Configuration of an output that is given at once. */
export type HeadConfig = OutputOf<HeadName>;

export const isHead = (output: OutputConfig): output is HeadConfig => Object.hasOwn(HEADS, output.kind);

/** A model's head, whose kind knows its own configuration. */
export interface ModelHead {
  /** Makes the input `target` of training graphs. */
  declare(graph: Graph, dims: HeadDims, type: FloatType): Value;
  /** Makes the layers. */
  make(scope: Scope, width: number): Head;
}

export function modelHead(config: HeadConfig): ModelHead {
  const kind = HEADS[config.kind] as HeadKind<HeadConfig>;
  return {
    declare: (graph, dims, type) => kind.declare(graph, config, dims, type),
    make: (scope, width) => kind.make(scope, config, width),
  };
}
