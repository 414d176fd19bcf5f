import { UserError } from "@s2s/runtime";
import { MANIFEST_FILE, type Manifest, type ModelConfig } from "@s2s/runtime/manifest";
import type { Weights } from "../reference/parameters.ts";

/** A model, and its weights by their own names. */
export interface Member {
  readonly model: ModelConfig;
  readonly weights: Weights;
}

/** A bundle's only model, or the members of its ensemble. */
export type Members = readonly [Member, ...Member[]];

/**
 * The models whose answers a bundle averages. The parameters of an ensemble's members stand behind their number: `0.encoder.embedding.w`.
 * @throws UserError where it says of an ensemble what none can do
 */
export function membersOf({ model, members, trainable }: Manifest, weights: Weights): Members {
  if (!members) return [{ model, weights }];
  const fail = (problem: string): never => {
    throw new UserError(`${MANIFEST_FILE}: has members, but ${problem}; export the bundle again`);
  };
  if (model.output.kind === "strokes") fail("drawings cannot be averaged");
  if (trainable) fail("an ensemble's members are trained one by one");
  const member = (config: ModelConfig, number: number): Member => ({ model: config, weights: ownWeights(weights, `${number}.`) });
  return [member(model, 0), ...members.map((config, i) => member(config, i + 1))];
}

const ownWeights = (weights: Weights, prefix: string): Weights =>
  new Map([...weights].flatMap(([name, tensor]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [])));
