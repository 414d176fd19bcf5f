import { rm, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { readBundle, resolveBundle, UserError } from "@s2s/runtime";
import type { Bundle } from "@s2s/runtime";
import { MANIFEST_FILE } from "@s2s/runtime/manifest";
import type { Manifest, Precision, Variant } from "@s2s/runtime/manifest";
import { buildInferenceGraphs } from "../build-inference.ts";
import { readBundleWeights } from "../bundle-weights.ts";
import type { Pairs } from "../data/pairs.ts";
import type { State } from "../executor.ts";
import { writeBundle, writeManifest } from "../export.ts";
import type { BundleParts } from "../export.ts";
import { holdsRun, readRunConfig } from "../run-folder.ts";
import { measureVariants } from "./measure.ts";
import type { VariantFigures } from "./measure.ts";
import { checkExportOptions, EXPORT_DEFAULTS, isRounded } from "./options.ts";
import type { ExportOptions } from "./options.ts";
import { publishBundle, refuseForeignFolder } from "./publish.ts";
import { packSingleFile, SINGLE_FILE } from "./single-file.ts";
import { pairsOfFile, runValidation } from "./validation-data.ts";

/** Of a precision: what a program that uses it has to load, and what the model is then worth, where it was measured. */
export type PrecisionReport = { readonly bytes: number } & Partial<VariantFigures>;

export interface ExportReport extends Partial<Record<Precision, PrecisionReport>> {
  /** Names of the files in the folder. */
  readonly files: readonly string[];
  /** Of all files. */
  readonly bytes: number;
  /** On how many pairs was measured. */
  readonly pairs?: number;
}

export interface ExportResult {
  readonly manifest: Manifest;
  readonly report: ExportReport;
}

/**
 * Exports the best model of a run, or the model of a bundle, in other precisions or another form. Rounded variants are measured against float32
 * first, and what was there before stays until the new bundle is whole.
 * @throws UserError where the options contradict each other, the model or the pairs cannot be read, the folder holds something else, or a
 * variant loses more accuracy than it may
 */
export async function exportRun(path: string, options: ExportOptions): Promise<ExportResult> {
  checkExportOptions(options);
  const { precisions = ["float32"], singleFile = false, limit = EXPORT_DEFAULTS.limit, onProgress = () => {} } = options;
  const from = await resolveBundle(path);
  const out = resolve(options.out);
  refuseOwnFolder(path, from, out);
  await refuseForeignFolder(out);
  const bundle = await readBundle(from);
  const weights = await readBundleWeights(from, bundle.manifest);
  const rounded = precisions.filter(isRounded);
  const pairs = rounded.length > 0 ? await pairsToMeasure(path, bundle, options) : null;

  const next = `${out}.next`;
  const staged = pairs === null || precisions.includes("float32") ? precisions : [...precisions, "float32" as const];
  const written = await writeBundle(next, { ...partsOf(bundle, weights), precisions: staged }, buildInferenceGraphs);
  try {
    let figures = new Map<Precision, VariantFigures>();
    if (pairs !== null) {
      onProgress(`measuring ${staged.join(", ")} on ${Math.min(limit, pairs.count)} of ${pairs.count} pairs`);
      figures = await measureVariants(await readBundle(next), pairs, limit);
      for (const precision of rounded) refuseLoss(precision, figures, options);
    }
    const manifest = singleFile
      ? await packSingleFile(next, written, weights, precisions[0]!)
      : await keepVariants(next, written, precisions);
    await publishBundle(next, out);
    const files = singleFile ? [SINGLE_FILE] : [MANIFEST_FILE, ...manifest.files.map(({ name }) => name)];
    const bytes = await sizeOf(out, files);
    const report: ExportReport = {
      files,
      bytes,
      ...(pairs && { pairs: Math.min(limit, pairs.count) }),
      ...Object.fromEntries(
        written.variants.map((variant) => {
          const alone = singleFile && variant.precision === precisions[0];
          return [variant.precision, { bytes: alone ? bytes : variantBytes(written, variant), ...figures.get(variant.precision) }];
        }),
      ),
    };
    return { manifest, report };
  } catch (error) {
    await rm(next, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

/** An export in place would replace the only weights that more exports can be made from. */
export function refuseOwnFolder(path: string, from: string, out: string): void {
  for (const folder of [path, from]) {
    const [first, ...rest] = relative(out, resolve(folder)).split(sep);
    if (first !== ".." && !isAbsolute([first, ...rest].join(sep)))
      throw new UserError(`${out}: is where the model itself is (${folder}); export to another folder`);
  }
}

/** @throws UserError where the pairs are not known, gone or changed */
async function pairsToMeasure(path: string, bundle: Bundle, { data, columns }: ExportOptions): Promise<Pairs> {
  const isRun = await holdsRun(path);
  if (data === undefined) {
    if (!isRun)
      throw new UserError(`${path}: is a bundle, which knows no pairs to be measured on; give some with --data FILE, or export its run`);
    return runValidation(path, bundle);
  }
  const usual = isRun ? (await readRunConfig(path)).data : { sourceColumn: 1, targetColumn: 2 };
  return pairsOfFile(data, { ...usual, ...columns }, bundle);
}

function partsOf({ manifest, source, target }: Bundle, weights: State): BundleParts {
  const { createdBy: _, ...training } = manifest.training;
  return {
    model: manifest.model,
    weights,
    source: { tokens: manifest.source.tokens, vocabulary: source, maxLength: manifest.maxSourceLength },
    target: { tokens: manifest.target.tokens, vocabulary: target, maxLength: manifest.maxTargetLength },
    training,
  };
}

function refuseLoss(precision: Precision, figures: ReadonlyMap<Precision, VariantFigures>, options: ExportOptions): void {
  const { maxAccuracyDrop = EXPORT_DEFAULTS.maxAccuracyDrop } = options;
  const before = figures.get("float32")!.sequenceAccuracy;
  const after = figures.get(precision)!.sequenceAccuracy;
  // Shares of up to some thousands of pairs: a difference that is a whole number of them is not to fail by its last bit.
  if (before - after <= maxAccuracyDrop + 1e-9) return;
  const share = (value: number): string => `${(100 * value).toFixed(1)}%`;
  throw new UserError(
    `${precision} gets ${share(after)} of the sequences right and float32 ${share(before)}: more is lost than --max-accuracy-drop ${maxAccuracyDrop} allows, so nothing was written; allow more, or export ${precision === "int8" ? "float16" : "float32"}`,
  );
}

/** Takes away what was written only to be measured against. */
async function keepVariants(folder: string, manifest: Manifest, precisions: readonly Precision[]): Promise<Manifest> {
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

function filesOf({ graphs, weights }: Variant): string[] {
  const names = Object.values(graphs).map(({ file }) => file);
  return weights === undefined ? names : [...names, weights];
}

/** Graphs and weights of a variant, with the vocabularies. */
function variantBytes({ files, source, target }: Manifest, variant: Variant): number {
  const needed = new Set([...filesOf(variant), source.vocabulary, target.vocabulary]);
  return files.reduce((sum, { name, bytes }) => (needed.has(name) ? sum + bytes : sum), 0);
}

async function sizeOf(folder: string, names: readonly string[]): Promise<number> {
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
