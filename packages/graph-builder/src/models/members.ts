import type { ModelConfig } from "@s2s/runtime/manifest";
import type { Scope } from "../scope.ts";

/** Members of an ensemble: they take the same inputs and give the same outputs, and what they give is averaged. */
export type Ensemble = readonly [ModelConfig, ...ModelConfig[]];

/** What answers as one: a model, or an ensemble. */
export type Models = ModelConfig | Ensemble;

const isEnsemble = (models: Models): models is Ensemble => Array.isArray(models);

/** All of them, the first first: it says what goes in and comes out. */
export const membersOf = (models: Models): Ensemble => (isEnsemble(models) ? models : [models]);

/**
 * Makes something of each, the parameters of a lone model by their own names and those of an ensemble's members behind their number:
 * `0.encoder.embedding.w`.
 */
export function ofEach<T>(scope: Scope, models: Models, make: (scope: Scope, model: ModelConfig) => T): [T, ...T[]] {
  return membersOf(models).map((model, i) => make(isEnsemble(models) ? scope.in(i) : scope, model)) as [T, ...T[]];
}
