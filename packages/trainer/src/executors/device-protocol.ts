import type { ModelConfig } from "@s2s/runtime/manifest";
import type { Config } from "../config.ts";
import type { Batch, StateTensor } from "../executor.ts";
import type { FirstRows } from "../first-rows.ts";
import type { StepScalars } from "./train-step.ts";

export interface DeviceWorkerData {
  readonly model: ModelConfig;
  readonly config: Config;
  /** Saved weights and slots to go on with. */
  readonly state: readonly (readonly [string, StateTensor])[] | null;
  readonly firstRows: FirstRows | null;
}

export type DeviceRequest =
  | { readonly kind: "step"; readonly batch: Batch; readonly scalars: StepScalars }
  | { readonly kind: "evaluate"; readonly batch: Batch }
  | { readonly kind: "state" };
