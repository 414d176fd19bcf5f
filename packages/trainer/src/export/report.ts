import { stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { PRECISIONS } from "@s2s/runtime/manifest";
import type { Manifest, Precision } from "@s2s/runtime/manifest";
import { namesIn } from "../files.ts";
import type { VariantFigures } from "./measure.ts";
import { EXPORT_DEFAULTS } from "./options.ts";
import { variantBytes } from "./variants.ts";

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

export type Figures = ReadonlyMap<Precision, VariantFigures>;

/**
 * @param folder where the export lies
 * @param measured the bundle with all variants that were measured
 * @param single the precision of a model in one file
 */
export async function exportReport(
  folder: string,
  measured: Manifest,
  figures: Figures,
  { pairs, single }: { readonly pairs?: number | undefined; readonly single?: Precision | undefined },
): Promise<ExportReport> {
  const files = await namesIn(folder);
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const variants = PRECISIONS.flatMap((precision) => {
    const variant = measured.variants.find((each) => each.precision === precision);
    if (!variant) return [];
    return [[precision, { bytes: precision === single ? bytes : variantBytes(measured, variant), ...figures.get(precision) }]];
  });
  return { files: files.toSorted(), bytes, ...(pairs !== undefined && { pairs }), ...Object.fromEntries(variants) };
}

/** @throws UserError where a variant loses more sequence accuracy against float32 than it may */
export function refuseLoss(precision: Precision, figures: Figures, drop: number = EXPORT_DEFAULTS.maxAccuracyDrop): void {
  const before = figures.get("float32")!.sequenceAccuracy;
  const after = figures.get(precision)!.sequenceAccuracy;
  // A difference that is just as large as allowed is not to fail by its last bit.
  if (before - after <= drop + 1e-9) return;
  const share = (value: number): string => `${(100 * value).toFixed(1)}%`;
  throw new UserError(
    `${precision} gets ${share(after)} of the sequences right and float32 ${share(before)}: more is lost than --max-accuracy-drop ${drop} allows, so nothing was written; allow more, or export ${precision === "int8" ? "float16" : "float32"}`,
  );
}
