import type { Precision } from "@s2s/runtime/manifest";
import type { FoundHypothesis, SearchSpec } from "./reference/search.ts";

/** What every device is asked for; the same bytes go to all of them. */
export interface Workload {
  readonly batches: readonly BatchWork[];
  readonly searches: readonly SearchSpec[];
  /** Where the bundle can be trained. */
  readonly training?: TrainingWork;
}

/** What goes into a model: ids, `</s>` at the end (none of a language model), or numbers. */
export type ProbeSource = readonly number[] | NumberSource;

export interface NumberSource {
  /** [positions, ...shape] */
  readonly data: Float32Array;
  /** Of one position. */
  readonly shape: readonly number[];
  /** Whether it is a sequence, whose length the graphs are told; a picture or a vector has one position. */
  readonly sequence: boolean;
}

export interface BatchWork {
  /** Of unequal lengths, where they are sequences. */
  readonly sources: readonly ProbeSource[];
  /** What a decoder of tokens reads after `<s>`, for each source; of unequal lengths. */
  readonly targets: readonly (readonly number[])[];
  /** What a decoder of strokes is to see coming, for each source: [T, 3] of unequal lengths. */
  readonly points?: readonly Float32Array[];
}

/** A tensor as a graph takes it. */
export interface TensorWork {
  readonly type: "int32" | "float32";
  readonly shape: readonly number[];
  readonly data: Int32Array | Float32Array;
}

export interface TrainingWork {
  /** A batch, by the names of the graph's inputs. */
  readonly batch: Readonly<Record<string, TensorWork>>;
  /** Parameters, statistics and slots as the first step takes them. */
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
  /** Of a model that gives no tokens. */
  readonly rows?: RowFindings;
}

/** What a model gives that is not tokens: the density of each point, probabilities or numbers. */
export interface RowFindings {
  /** The decoder's initial states, as `SplitFindings` has them. */
  readonly states: readonly Float32Array[];
  /** Of each source, row after row, without padding. */
  readonly rows: readonly Float32Array[];
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
  /** After one step with the small scale, by the graph's names: parameters, statistics and slots. */
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
