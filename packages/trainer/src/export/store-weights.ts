import { type Models, traceVariant } from "@s2s/graph-builder";
import type { Precision } from "@s2s/runtime/manifest";
import type { State } from "../executor.ts";
import type { Tensor } from "../safetensors.ts";

/** The weights as the graphs of a variant read them. */
export function storeWeights(models: Models, weights: State, precision: Precision): ReadonlyMap<string, Tensor> {
  if (precision === "float32") return weights;
  const variant = traceVariant(models, precision);
  const stored = new Map<string, Tensor>();
  for (const [name, { shape, data }] of weights) for (const [part, tensor] of variant.store(name, shape, data)) stored.set(part, tensor);
  return stored;
}
