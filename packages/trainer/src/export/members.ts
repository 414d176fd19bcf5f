import { readBundle, requireLikeMembers, resolveBundle, UserError } from "@s2s/runtime";
import type { Bundle } from "@s2s/runtime";
import type { ModelConfig } from "@s2s/runtime/manifest";
import { readBundleWeights } from "../bundle-weights.ts";
import type { State } from "../executor.ts";

/** What a bundle's graphs hold beside its first model, and the weights of all. */
export interface Joined {
  readonly members: readonly ModelConfig[] | undefined;
  readonly weights: State;
}

/**
 * Joins a bundle's model with those of further runs or bundles, which answer as one: the parameters of each stand behind its number.
 * @param paths none leave the bundle as it is
 * @throws UserError where a member cannot be read, is an ensemble itself, or has other inputs or outputs than the first
 */
export async function joinMembers(folder: string, bundle: Bundle, paths: readonly string[]): Promise<Joined> {
  const weights = await readBundleWeights(folder, bundle.manifest);
  if (paths.length === 0) return { members: bundle.manifest.members, weights };
  const others: { readonly bundle: Bundle; readonly weights: State }[] = [];
  for (const path of paths) {
    const from = await resolveBundle(path);
    const read = await readBundle(from);
    others.push({ bundle: read, weights: await readBundleWeights(from, read.manifest) });
  }
  for (const [i, { manifest }] of [bundle, ...others.map((other) => other.bundle)].entries())
    if (manifest.members)
      throw new UserError(`${i === 0 ? folder : paths[i - 1]}: holds an ensemble already; give --ensemble the runs that it was made from`);
  requireLikeMembers([bundle, ...others.map((other) => other.bundle)]);
  return {
    members: others.map((other) => other.bundle.manifest.model),
    weights: new Map(
      [weights, ...others.map((other) => other.weights)].flatMap((state, member) =>
        [...state].map(([name, tensor]) => [`${member}.${name}`, tensor] as const),
      ),
    ),
  };
}
