import type { Bundle, Provider } from "@s2s/runtime";
import type { InputConfig, Manifest, ModelConfig, Precision, TaskName } from "@s2s/runtime/manifest";
import type { Config } from "../config.ts";
import type { FilterCounts } from "../data/encode.ts";
import type { Examples } from "../data/examples.ts";
import type { EvaluationSums } from "../executor.ts";
import type { SourceKind } from "../data/sources/index.ts";
import type { Question } from "../measures/reference-sets.ts";

/** What a manifest says because of its task; names of files are those of `TaskData.files`. */
export type TaskManifest = Pick<
  Manifest,
  "task" | "source" | "target" | "labels" | "series" | "strokeScale" | "maxSourceLength" | "maxTargetLength"
>;

/** All that training reads, and what the answers of the model will need. */
export interface TaskData<E extends Examples = Examples> {
  readonly train: E;
  /** Empty where the configuration gives no validation file and a `validFraction` of 0. */
  readonly valid: E;
  readonly model: ModelConfig;
  readonly manifest: TaskManifest;
  /** Files that run and bundle hold besides graphs and weights: tokens, labels. */
  readonly files: Readonly<Record<string, string>>;
  /** What the length filter dropped from the training file. */
  readonly filter: FilterCounts;
  /** Changes with the examples, not with the paths of their files. */
  readonly digest: string;
}

/** Numbers by their names: `loss` and what else a task measures; accuracies from 0 to 1. */
export type Figures = Readonly<Record<string, number>>;
export type TaskFigures = Figures & { readonly loss: number };

export interface MeasureOptions {
  /** Most examples, spread evenly (default: all). */
  readonly limit?: number | undefined;
  readonly provider?: Provider | undefined;
  readonly threads?: number | undefined;
  readonly batchSize?: number | undefined;
  /** Which variant answers (default: the one that the bundle prefers). */
  readonly precision?: Precision | undefined;
}

export interface DetailOptions extends MeasureOptions {
  /** What the model was trained on, where that is still known: for what it is to be compared with. */
  readonly training?: (() => Promise<Examples | undefined>) | undefined;
  /** Steps of a season. */
  readonly season?: number | undefined;
  readonly seed?: number | undefined;
}

/** Refuses a configuration because of one of its keys. */
export type Refuse = (section: keyof Config, key: string, problem: string) => never;

/** What a model is for: where its examples come from and what it is worth. The trainer's loop knows nothing else of it. */
export interface Task<E extends Examples = Examples> {
  readonly name: TaskName;
  /** What the loss is a mean over, in one word: "token". */
  readonly unit: string;
  /** What a source may be, the usual one first; none where the task reads no source. */
  readonly sources: readonly SourceKind[];
  /** Whether a model writes a text token by token, and so has a decoder of tokens. */
  readonly writesTokens: boolean;
  /** How a trained model is asked: the rest of a line that begins with `s2s`. @param folder of the run, as a shell takes it */
  ask(folder: string, input: InputConfig["kind"]): string;
  /**
   * The model where the sizes of its vocabularies (special tokens included) are all that a configuration leaves open; nothing where examples
   * say more. A task whose models all need examples has none.
   */
  modelOf?(config: Config, vocabulary: { readonly source: number; readonly target: number }): ModelConfig | undefined;
  /** Ending of a file of examples, with its dot. */
  fileEnding(input: InputConfig["kind"]): string;
  /** What of a configuration this task cannot work with, beside what holds for all. */
  check?(config: Config, refuse: Refuse): void;
  /**
   * Reads the examples that a configuration names.
   * @throws UserError where files are missing, damaged, empty or filtered out
   */
  load(config: Config): Promise<TaskData<E>>;
  /**
   * Reads a file as a trained model understands it: with its own tokens, labels and scaling.
   * @throws UserError where the file is missing, damaged or empty, or the model knows not what is in it
   */
  read(file: string, config: Pick<Config, "data" | "forecast">, bundle: Bundle): Promise<E>;
  /** What the sums over some examples say: the loss (nats a unit) and what follows from them. */
  figures(sums: EvaluationSums, examples: E): TaskFigures;
  /** How well a model answers, in one number of those that `measure` gives: the more the better. A task whose answers have no right and wrong has none. */
  worth?(figures: Figures): number;
  /** What a bundle's own answers are worth, its graphs run as everybody runs them; a function of bundle and examples alone. */
  measure(bundle: string, examples: E, options?: MeasureOptions): Promise<Figures>;
  /** What is worth knowing besides and is no single number, such as a confusion matrix, by its name; for `s2s evaluate`. */
  details?(bundle: string, examples: E, options?: DetailOptions): Promise<Readonly<Record<string, unknown>>>;
  /**
   * What is asked and what would be right, of tasks that answer with texts, for measures of text.
   * @throws UserError as `read` does
   */
  questions?(file: string, config: Pick<Config, "data">, bundle: Bundle): Promise<readonly Question[]>;
}
