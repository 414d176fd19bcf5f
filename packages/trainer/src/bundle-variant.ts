import { readBundle } from "@s2s/runtime";
import type { Bundle } from "@s2s/runtime";
import type { Precision } from "@s2s/runtime/manifest";

/** A bundle in one of its precisions (default: the one that it prefers). @throws UserError as `readBundle` does */
export async function readVariant(folder: string, precision?: Precision): Promise<Bundle> {
  const bundle = await readBundle(folder);
  const variant = bundle.manifest.variants.find((each) => each.precision === precision);
  return variant === undefined ? bundle : { ...bundle, variant };
}
