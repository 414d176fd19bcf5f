import type { InputConfig, InputOf } from "@s2s/runtime/manifest";
import type { FloatType, Graph } from "../../ir.ts";
import type { Scope } from "../../scope.ts";
import { frames } from "./frames.ts";
import { image } from "./image.ts";
import type { Features, InputKind, InputUse, SourceDims, SourceInputs } from "./input.ts";
import { none } from "./none.ts";
import { tokens } from "./tokens.ts";
import { vector } from "./vector.ts";
import { vectors } from "./vectors.ts";

/** Every kind of input, by the name in a model's configuration. */
const INPUTS: { readonly [K in InputConfig["kind"]]: InputKind<InputOf<K>> } = { tokens, vectors, vector, image, frames, none };

/** A model's input, whose kind knows its own configuration. */
export interface ModelInput {
  /** Numbers of a step, or of the vector, that the layers behind it see; 0 without a source. */
  readonly width: number;
  /** Of each part of an image that can be attended to; null where the input has none. */
  readonly partWidth: number | null;
  /** Makes the graph's inputs. */
  declare(graph: Graph, dims: SourceDims, type: FloatType): SourceInputs;
  /** Makes the layers, in the encoder's scope. */
  make(scope: Scope, use: InputUse): (inputs: SourceInputs) => Features;
}

export function modelInput(config: InputConfig): ModelInput {
  const kind = INPUTS[config.kind] as InputKind<InputConfig>;
  return {
    width: kind.width(config),
    partWidth: kind.partWidth?.(config) ?? null,
    declare: (graph, dims, type) => kind.declare(graph, config, dims, type),
    make: (scope, use) => kind.make(scope, config, use),
  };
}
