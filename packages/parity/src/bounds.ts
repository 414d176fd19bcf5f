import type { Precision } from "@s2s/runtime/manifest";
import type { Device } from "./devices.ts";

/**
 * Largest |a - b| / max(1, |b|) between a device's numbers and the reference's. In float32 that is the rounding of sums of hundreds of products; GPUs
 * order them otherwise and may use faster exponentials. Float16 weights are off by up to 2^-11 of their size, and the error grows from step to
 * step. For int8 no number says what is right: see `INT8_AGREEMENT` and
 * `INT8_DISTANCE`.
 */
export function boundOf(precision: Precision, provider: Device["provider"]): number {
  if (precision === "float32") return provider === "cpu" || provider === "wasm" ? 1e-5 : 1e-4;
  return precision === "float16" ? 1e-2 : Infinity;
}

/** Share of the tokens along given targets, or of the labels, that an int8 variant must hold for the most probable too. */
export const INT8_AGREEMENT = 0.9;

/** Of an int8 variant that gives numbers, what the root mean square of their differences may be, as a share of that of the numbers themselves. */
export const INT8_DISTANCE = 0.1;
