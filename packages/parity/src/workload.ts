import type { Precision } from "@s2s/runtime/manifest";
import type { IdPair } from "./reference/seq2seq.ts";
import type { FoundHypothesis, SearchSpec } from "./reference/search.ts";

/** What every device is asked for; the same bytes go to all of them. */
export interface Workload {
  readonly batches: readonly BatchWork[];
  readonly searches: readonly SearchSpec[];
  /** Where the bundle can be trained. */
  readonly training?: TrainingWork;
}

export interface BatchWork {
  /** Ids of each source, `</s>` at the end; of unequal lengths. */
  readonly sources: readonly (readonly number[])[];
  /** What the decoder reads after `<s>`, for each source; of unequal lengths. */
  readonly targets: readonly (readonly number[])[];
}

export interface TrainingWork {
  readonly pairs: readonly IdPair[];
  /** Parameters and slots as the first step takes them. */
  readonly first: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>;
  /** Of the summed loss whose gradient is looked at: so small that nothing clips it. */
  readonly gradientScale: number;
  readonly steps: number;
  readonly scale: number;
  readonly learningRate: number;
}

/** What a device answers. */
export interface Findings {
  readonly variants: readonly VariantFindings[];
  readonly training?: TrainingFindings;
}

export interface VariantFindings {
  readonly precision: Precision;
  readonly batches: readonly BatchFindings[];
}

export interface BatchFindings {
  /** From encoder and decoder, where the variant has them. */
  readonly split?: SplitFindings;
  /** From generate.onnx, where the variant has it: by search, by source. */
  readonly generate?: readonly (readonly (readonly FoundHypothesis[])[])[];
}

export interface SplitFindings {
  /** The decoder's initial states in the manifest's order, of those that an encoder gives: [B, H] each. */
  readonly states: readonly Float32Array[];
  /** [T, B, V]; rows behind a target's end are not looked at. */
  readonly logits: Float32Array;
  /** By search, by source, best first. */
  readonly searches: readonly (readonly (readonly FoundHypothesis[])[])[];
}

export interface TrainingFindings {
  /** After one step with the small scale, by the graph's names: parameters and slots. */
  readonly afterOne: Readonly<Record<string, Float32Array>>;
  /** Summed loss of each step of a short training, before its update. */
  readonly losses: readonly number[];
  /** The parameters and slots from which the last of these was computed. */
  readonly beforeLast: Readonly<Record<string, Float32Array>>;
}

/** What one device is to do. */
export interface Job {
  /** The bundle's folder, for a device of Node. A page finds the files beside the job. */
  readonly bundle: string;
  readonly provider: "cpu" | "cuda" | "webgpu" | "wasm";
  readonly workload: Workload;
}

/** What comes back. */
export type Answer =
  | {
      readonly findings: Findings;
      /** The GPU that WebGPU was given, where it says. */
      readonly adapter?: string;
    }
  /** Why the device is not there. */
  | { readonly absent: string }
  | { readonly failure: string };
