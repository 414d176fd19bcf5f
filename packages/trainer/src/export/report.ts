import { stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { PRECISIONS } from "@s2s/runtime/manifest";
import type { Manifest, Precision } from "@s2s/runtime/manifest";
import { namesIn } from "../files.ts";
import { finiteFigures } from "../finite-figures.ts";
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
    const found = figures.get(precision);
    return [[precision, { bytes: precision === single ? bytes : variantBytes(measured, variant), ...(found && finiteFigures(found)) }]];
  });
  return { files: files.toSorted(), bytes, ...(pairs !== undefined && { pairs }), ...Object.fromEntries(variants) };
}

/** Shares of right answers that decide, by what is right; the first that a task has. */
const SHARES = { sequenceAccuracy: "sequences", accuracy: "answers", tokenAccuracy: "tokens" } as const;

/**
 * @throws UserError where a variant loses more against float32 than it may: of right answers, a share of all; of forecasts, RMSE; of drawings, which are
 * neither right nor wrong, likelihood
 */
export function refuseLoss(precision: Precision, figures: Figures, drop: number = EXPORT_DEFAULTS.maxAccuracyDrop): void {
  const { lost, what } = lostBy(precision, figures.get("float32")!, figures.get(precision)!);
  // A difference that is just as large as allowed is not to fail by its last bit.
  if (lost <= drop + 1e-9) return;
  throw new UserError(
    `${what}: more is lost than --max-accuracy-drop ${drop} allows, so nothing was written; allow more, or export ${precision === "int8" ? "float16" : "float32"}`,
  );
}

function lostBy(precision: Precision, before: VariantFigures, after: VariantFigures): { readonly lost: number; readonly what: string } {
  const percent = (value: number): string => `${(100 * value).toFixed(1)}%`;
  for (const [name, right] of Object.entries(SHARES)) {
    const [old, own] = [before[name], after[name]];
    if (old === undefined || own === undefined) continue;
    return { lost: old - own, what: `${precision} gets ${percent(own)} of the ${right} right and float32 ${percent(old)}` };
  }
  const [old, own] = [before["rmse"], after["rmse"]];
  if (old !== undefined && own !== undefined)
    return { lost: own / old - 1, what: `${precision} has an RMSE of ${own.toPrecision(4)} and float32 of ${old.toPrecision(4)}` };
  const lost = 1 - Math.exp(before.loss - after.loss);
  return { lost, what: `${precision} has a loss of ${after.loss.toFixed(4)} nats and float32 of ${before.loss.toFixed(4)}` };
}
