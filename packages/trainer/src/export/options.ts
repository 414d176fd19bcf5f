import { UserError } from "@s2s/runtime";
import { PRECISIONS } from "@s2s/runtime/manifest";
import type { Precision } from "@s2s/runtime/manifest";
import type { Config } from "../config.ts";

export interface ExportOptions {
  /** A new or empty folder, or one with an older bundle, which is replaced. */
  readonly out: string;
  /** In the order of preference (default: float32 alone). */
  readonly precisions?: readonly Precision[] | undefined;
  /** One `generate.onnx` with weights, vocabularies and manifest in it; takes a single precision. */
  readonly singleFile?: boolean | undefined;
  /** Further runs or bundles whose models answer with this one, as one: what all give is averaged in the graphs themselves. */
  readonly ensemble?: readonly string[] | undefined;
  /** Whether the bundle takes a training graph along, with which it can be trained further, in a page too; the float32 variant is what is trained. */
  readonly trainable?: boolean | undefined;
  /** Sequence accuracy that a rounded variant may lose, a share of all pairs (default 0.01). */
  readonly maxAccuracyDrop?: number | undefined;
  /** Tab-separated pairs to measure on, instead of the run's own validation pairs. */
  readonly data?: string | undefined;
  /** Where the pairs stand in a line of `data` (default: as in the run's data, else 1 and 2). */
  readonly columns?: Partial<Pick<Config["data"], "sourceColumn" | "targetColumn">> | undefined;
  /** Most pairs measured on (default 1000). */
  readonly limit?: number | undefined;
  /** Ends the export: its reason is thrown, and what was there before stays. */
  readonly signal?: AbortSignal | undefined;
  /** Told what takes a while. */
  readonly onProgress?: ((text: string) => void) | undefined;
}

export const EXPORT_DEFAULTS = { maxAccuracyDrop: 0.01, limit: 1000 } as const;

/** Whether any variant is to be measured against float32. */
export const isRounded = (precision: Precision): boolean => precision !== "float32";

/** @throws UserError where options are out of bounds or contradict each other */
export function checkExportOptions(options: ExportOptions): void {
  const { out, precisions = ["float32"], singleFile, trainable, ensemble = [], maxAccuracyDrop, data, limit } = options;
  if (out.trim() === "") throw new UserError('--out "": names no folder; give a new or an empty one, such as --out bundle');
  const unknown = precisions.find((precision) => !PRECISIONS.includes(precision));
  if (precisions.length === 0 || unknown !== undefined)
    throw new UserError(`precision ${unknown ?? '""'}: must be one of ${PRECISIONS.join(", ")}`);
  if (new Set(precisions).size < precisions.length) throw new UserError(`precision ${precisions.join(",")}: names one twice`);
  if (singleFile === true && precisions.length > 1)
    throw new UserError(`a single file holds one precision, not ${precisions.join(",")}; export them one after the other`);
  if (trainable === true && singleFile === true)
    throw new UserError("a single file has no room for a training graph: leave either --trainable or --single-file out");
  if (trainable === true && ensemble.length > 0)
    throw new UserError("an ensemble's members are trained one by one: leave either --trainable or --ensemble out");
  if (trainable === true && !precisions.includes("float32"))
    throw new UserError(`--trainable: rounded weights cannot be trained; export ${["float32", ...precisions].join(",")}`);
  if (maxAccuracyDrop !== undefined && !(maxAccuracyDrop >= 0 && maxAccuracyDrop <= 1))
    throw new UserError(`the accuracy that may be lost must be a number from 0 to 1, not ${maxAccuracyDrop}`);
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1))
    throw new UserError(`the most pairs to measure on must be a whole number of at least 1, not ${limit}`);
  if (precisions.some(isRounded)) return;
  const useless = Object.entries({ maxAccuracyDrop, data, limit }).find(([, value]) => value !== undefined);
  if (useless)
    throw new UserError(
      `${OPTION_NAMES[useless[0] as keyof typeof OPTION_NAMES]}: float32 is exported as it was trained and not measured; add float16 or int8, or leave this out`,
    );
}

const OPTION_NAMES = { maxAccuracyDrop: "--max-accuracy-drop", data: "--data", limit: "--limit" } as const;
