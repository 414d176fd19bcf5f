import { initialize, traceVariant } from "@s2s/graph-builder";
import type { ModelConfig } from "@s2s/runtime/manifest";
import type { State } from "@s2s/trainer";

/**
 * A model's weights without training, a function of the seed.
 * @param factor larger weights than those that training starts from make one token clearly the best, so that roundings do not turn answers
 */
export const drawnWeights = (model: ModelConfig, seed: number, factor = 1): State =>
  new Map(
    traceVariant(model, "float32").parameters.map((spec) => [
      spec.name,
      { shape: spec.shape, data: initialize(spec, seed).map((value) => value * factor) },
    ]),
  );
