import type { Precision } from "@s2s/runtime/manifest";
import type { Figures } from "./compare/figures.ts";

export interface VariantReport extends Figures {
  readonly precision: Precision;
  /** Of the differences; undefined where agreement is what counts. */
  readonly bound?: number;
  /** Whether generate.onnx was among what was compared. */
  readonly generate: boolean;
  readonly ok: boolean;
  /** How far it is from the same variant on node-cpu, where that was run. */
  readonly fromNodeCpu?: Figures;
}

export interface TrainingReport {
  readonly lossDifference?: number;
  readonly gradientDifference?: number;
  readonly bound: number;
  readonly ok: boolean;
  /** Losses of all steps, and weights after them, against node-cpu's. */
  readonly fromNodeCpu?: { readonly lossDifference: number; readonly weightDifference: number };
}

/** What was found on a device. The figures at the top are those of the float32 variant, or else of the first. */
export interface DeviceReport extends Partial<Figures> {
  readonly name: string;
  readonly status: "ok" | "failed" | "skipped";
  /** Why it was skipped, or what is wrong. */
  readonly reason?: string;
  /** The GPU, where it is known. */
  readonly adapter?: string;
  readonly lossDifference?: number;
  readonly gradientDifference?: number;
  readonly variants?: readonly VariantReport[];
  readonly training?: TrainingReport;
}

export interface ParityReport {
  readonly devices: readonly DeviceReport[];
  /** Whether every device that was run is within its bounds, and there was one. */
  readonly ok: boolean;
  /** Whose weights the reference computed with. */
  readonly reference: Precision;
}
