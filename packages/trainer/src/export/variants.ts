import { rm } from "node:fs/promises";
import { join } from "node:path";
import { namesOf } from "@s2s/runtime";
import type { Manifest, Precision, Variant } from "@s2s/runtime/manifest";
import { writeManifest } from "../export.ts";

/** Graphs and weights of a variant, by their names. */
export function filesOf({ graphs, weights }: Variant): string[] {
  const names = Object.values(graphs).map(({ file }) => file);
  return weights === undefined ? names : [...names, weights];
}

/** Bytes that a program has to load of a bundle for one of its variants: graphs, weights and vocabularies. */
export function variantBytes(manifest: Manifest, variant: Variant): number {
  const needed = new Set([...filesOf(variant), ...namesOf(manifest)]);
  return manifest.files.reduce((sum, { name, bytes }) => (needed.has(name) ? sum + bytes : sum), 0);
}

/** Takes all other variants out of a bundle. Returns its manifest. */
export async function keepVariants(folder: string, manifest: Manifest, precisions: readonly Precision[]): Promise<Manifest> {
  const dropped = new Set(manifest.variants.filter(({ precision }) => !precisions.includes(precision)).flatMap(filesOf));
  if (dropped.size === 0) return manifest;
  const kept: Manifest = {
    ...manifest,
    variants: manifest.variants.filter(({ precision }) => precisions.includes(precision)),
    files: manifest.files.filter(({ name }) => !dropped.has(name)),
  };
  for (const name of dropped) await rm(join(folder, name));
  await writeManifest(folder, kept);
  return kept;
}
