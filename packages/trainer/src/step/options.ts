import { UserError } from "@s2s/runtime/parts";

export interface TrainerOptions {
  /** Step size (default: that of the run that made the bundle). */
  readonly learningRate?: number | undefined;
  /** Most pairs that `epoch` takes for a step (default 16). */
  readonly batchSize?: number | undefined;
  /** Of shuffling and dropout (default: that of the run, or 1). */
  readonly seed?: number | undefined;
  /** Where to run in Node: its native CPU (the default) or wasm, which is what a page has. */
  readonly device?: "cpu" | "wasm" | undefined;
}

const BOUNDS = { learningRate: [0, 1000], batchSize: [1, 65_536], seed: [0, 4_294_967_295] } as const;

/** @throws UserError that names the option and its bounds */
export function requireOptions(options: TrainerOptions): void {
  for (const [name, [least, most]] of Object.entries(BOUNDS)) {
    const value = options[name as keyof typeof BOUNDS];
    const whole = name !== "learningRate";
    if (value === undefined || ((whole ? Number.isSafeInteger(value) : Number.isFinite(value)) && value >= least && value <= most))
      continue;
    throw new UserError(`${name} must be a ${whole ? "whole " : ""}number from ${least} to ${most}, not ${value}`);
  }
}
