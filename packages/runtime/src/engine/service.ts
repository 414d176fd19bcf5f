import type { BundleSource } from "../source/source.ts";
import type { DownloadProgress } from "../source/progress.ts";
import type { Manifest, Precision } from "../manifest.ts";
import type { SearchNumbers } from "../search/options.ts";
import type { ModelInput } from "../predict/model-input.ts";
import type { PredictData, Prediction } from "../predict/prediction.ts";

export type DeviceName = "node-cpu" | "node-cuda" | "node-webgpu" | "node-wasm" | "chromium-wasm" | "chromium-webgpu";

/** Where a model runs. */
export interface Device {
  readonly name: DeviceName;
  /** Why it is this one. */
  readonly reason: string;
}

/** What is needed to open a model, in a form that crosses threads. */
export interface OpenRequest {
  readonly source: BundleSource;
  /** Further models of the same tokens, whose probabilities are averaged with the first one's. */
  readonly ensemble: readonly BundleSource[];
  readonly device: string;
  readonly precision: Precision | "auto";
  readonly threads: number;
  readonly cache: boolean;
}

/** What an opened model is. */
export interface ModelInfo {
  readonly manifest: Manifest;
  readonly device: Device;
  readonly precision: Precision;
}

/** How far loading is: bytes of the download, then the start of ONNX Runtime with the graphs, of which 1 is all. */
export type LoadProgress =
  | DownloadProgress
  | { readonly phase: "start"; readonly file?: undefined; readonly loaded: number; readonly total: number };

/** How a target is searched for; what may be written down. */
export interface GenerateData extends SearchNumbers {
  /** Text that every answer begins with. */
  readonly prefix?: string | undefined;
  /** Whether answers come with the weights of attention, for models that attend (default false). */
  readonly attention?: boolean | undefined;
  /**
   * Whether each word of an answer that the vocabulary lacks becomes the source's word that was looked at most, for models that attend (default
   * false: it stays `<unk>`).
   */
  readonly replaceUnknown?: boolean | undefined;
}

/** The answer to one input. */
export interface Generation {
  readonly text: string;
  /** Log-probability (nats) of the target, its end included. */
  readonly score: number;
  /** What hypotheses are ranked by: the score with the penalties of length and coverage. */
  readonly penalizedScore: number;
  /** The target's tokens: characters or words. A word that the vocabulary lacks shows as `<unk>`. */
  readonly tokens: readonly string[];
  /** Whether the target was cut off at the greatest length; one that is written from its end then lacks its beginning. */
  readonly truncated: boolean;
  /** With nBest above 1: the best answers, this one first. */
  readonly nBest?: readonly Generation[] | undefined;
  /** Where asked for: for each token, and for the end where it was reached, weights over the source's tokens and its end. */
  readonly attention?: readonly (readonly number[])[] | undefined;
}

/** Stands in an array of answers for an input that cannot be answered. */
export interface Refusal {
  /** One line: what is wrong with the input and what to do. */
  readonly error: string;
}

export type Answer = Generation | Refusal;

/** What was decided since the piece before. The texts of all pieces, joined, are the answer's. */
export interface Piece {
  readonly text: string;
  readonly tokens: readonly string[];
}

export interface ScoreData {
  /** Most pairs scored side by side (default 64); it changes speed and memory, not answers. */
  readonly batchSize?: number | undefined;
}

/** How probable a model holds a target. */
export interface Score {
  /** Log-probability (nats) of the target, its end included. */
  readonly score: number;
  /** Each token, the last being `</s>`, with its log-probability given those before it. */
  readonly tokens: readonly { readonly token: string; readonly logProbability: number }[];
}

/** A source and a target: of a language model a prompt and how it goes on. */
export type Pair = readonly [source: ModelInput, target: string];

/** An opened model, in this thread or behind a worker. Calls take turns; one that is aborted stops at the next step or batch. */
export interface Service {
  readonly info: ModelInfo;
  generate(inputs: readonly unknown[], options: GenerateData, signal?: AbortSignal): Promise<Answer[]>;
  stream(input: unknown, options: GenerateData, onPiece: (piece: Piece) => void, signal?: AbortSignal): Promise<Answer>;
  score(pairs: readonly Pair[], options: ScoreData, signal?: AbortSignal): Promise<(Score | Refusal)[]>;
  predict(inputs: readonly unknown[], options: PredictData, signal?: AbortSignal): Promise<(Prediction | Refusal)[]>;
  /** After the calls under way. */
  dispose(): Promise<void>;
}

/** How a caller follows the opening of a model and ends it. */
export interface Following {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}
