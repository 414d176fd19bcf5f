import { UserError } from "./errors.ts";
import type { Answer, Device, GenerateData, Generation, Pair, Piece, Refusal, Score, ScoreData, Service } from "./engine/service.ts";
import { Feed } from "./feed.ts";
import { requireObject } from "./known-options.ts";
import type { Manifest, Precision, TaskName } from "./manifest.ts";
import { isMany } from "./predict/inputs/depth.ts";
import type { ModelInput } from "./predict/model-input.ts";
import type { PortableInput } from "./predict/portable.ts";
import type { PredictData, Prediction, PredictionOf } from "./predict/prediction.ts";
import { untilAborted } from "./until-aborted.ts";

/** Where the work of a model is done, and why there. */
export interface Thread {
  readonly kind: "worker" | "main";
  readonly reason: string;
}

interface Signalled {
  /** Rejects the call at once with the signal's reason; the work stops at its next step or batch. */
  readonly signal?: AbortSignal | undefined;
}

export interface GenerateOptions extends GenerateData, Signalled {}
export interface ScoringOptions extends ScoreData, Signalled {}
export interface PredictOptions extends PredictData, Signalled {}

/** A part of an answer that is being decided; the last one brings the whole answer along. */
export interface StreamPiece extends Piece {
  readonly result?: Generation | undefined;
}

/** A loaded model. Dispose of it when it is no longer needed: its sessions live outside of JavaScript's memory. */
export class Model {
  readonly manifest: Manifest;
  readonly device: Device;
  readonly precision: Precision;
  readonly thread: Thread;
  readonly #service: Service;
  /** What was asked, from before the service has heard of it. */
  readonly #underWay = new Set<Promise<unknown>>();
  #disposal: Promise<void> | undefined;

  /** `load` makes it. */
  constructor(service: Service, thread: Thread) {
    this.manifest = service.info.manifest;
    this.device = service.info.device;
    this.precision = service.info.precision;
    this.thread = thread;
    this.#service = service;
  }

  /**
   * Answers an input, or each of several: by greedy search, by beam search (`beams` above 1) or by samples (`temperature`, `topK` or `topP`). An input
   * is a text, or what else the model takes (see `ModelInput`); a language model goes on with it, and its answer has both. Calls take turns.
   *
   * A text without a token (empty; white space alone, if tokens are words) gets the empty answer, so that lines stay aligned. An
   * input that cannot be read, such as a text longer than the manifest's `maxSourceLength`, is a UserError where it is alone; in an array its entry is
   * `{ error }`, and the others are answered.
   * @throws UserError also for options that are out of range or at odds, and for what a model in a single file cannot do.
   */
  async generate(text: string, options?: GenerateOptions): Promise<Generation>;
  async generate(texts: readonly string[], options?: GenerateOptions): Promise<Answer[]>;
  async generate(input: ModelInput, options?: GenerateOptions): Promise<Generation>;
  async generate(inputs: readonly ModelInput[], options?: GenerateOptions): Promise<Answer[]>;
  async generate(input: unknown, options: GenerateOptions = {}): Promise<Generation | Answer[]> {
    const { kind } = this.manifest.model.input;
    const many = isMany(kind, input);
    if (!many && /tokens|none/.test(kind)) requireText(input);
    const answers = await this.#answer(many ? input : [input], options, (inputs, data, signal) =>
      this.#service.generate(inputs, data, signal),
    );
    return many ? answers : accept(answers[0]);
  }

  /**
   * What the model gives for an input, or each of several: see `PredictionOf` for its task. Of a model that generates texts it is what `generate`
   * gives, with the same options. Others take `topK` (classes that are listed, default 5); for drawings `seed`, `temperature`, `bias` and `maxLength`.
   *
   *     const { label, probability } = await model.predict<"classify">("what a day");
   *
   * An input that cannot be read is a UserError where it is alone; in an array its entry is `{ error }`.
   * @throws UserError also for options that are unknown or out of range
   */
  async predict<T extends TaskName>(input: ModelInput, options?: PredictOptions): Promise<PredictionOf<T>>;
  async predict<T extends TaskName>(inputs: readonly ModelInput[], options?: PredictOptions): Promise<(PredictionOf<T> | Refusal)[]>;
  async predict(input: unknown, options: PredictOptions = {}): Promise<Prediction | (Prediction | Refusal)[]> {
    const many = isMany(this.manifest.model.input.kind, input);
    const [first, ...others] = await this.predictAll<TaskName>((many ? input : [input]) as readonly ModelInput[], options);
    return many ? (first === undefined ? [] : [first, ...others]) : accept(first);
  }

  /** As `predict` for several inputs, where it cannot be told apart whether a list is one of them. */
  async predictAll<T extends TaskName>(
    inputs: readonly ModelInput[],
    options: PredictOptions = {},
  ): Promise<(PredictionOf<T> | Refusal)[]> {
    requireArray(inputs, "inputs are given as a list");
    const ask = (read: readonly unknown[], data: PredictData, signal: AbortSignal | undefined): Promise<(Prediction | Refusal)[]> =>
      this.#service.predict(read, data, signal);
    return this.#answer(inputs, options, ask) as Promise<(PredictionOf<T> | Refusal)[]>;
  }

  /**
   * Answers an input piece by piece as it is decided: greedily or with a single sample. The pieces' texts, joined, are the answer's text; the last
   * piece, and what the iterator returns, has the whole answer. Leaving the loop stops the work.
   * @throws UserError as `generate`, and for `beams` and `nBest` above 1
   */
  async *stream(input: ModelInput, options: GenerateOptions = {}): AsyncGenerator<StreamPiece, Generation, undefined> {
    requireObject(options);
    const { signal, ...data } = options;
    const leaving = new AbortController();
    const either = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
    const pieces = new Feed<Piece>();
    const onPiece = (piece: Piece): void => pieces.push(piece);
    const answer = this.#call(signal, async () => {
      const [read] = await this.#portable([input]);
      return read === undefined || "error" in read ? (read as Refusal) : this.#service.stream(read[0], data, onPiece, either);
    }).finally(() => pieces.end());
    // It is awaited below, unless the loop is left before.
    answer.catch(() => undefined);
    try {
      for await (const piece of pieces) {
        // What came before the abort was for somebody who has left.
        signal?.throwIfAborted();
        yield piece;
      }
      const result = accept(await answer);
      yield { text: "", tokens: [], result };
      return result;
    } finally {
      leaving.abort();
    }
  }

  /**
   * How probable the model holds a given target for each source: `[source, target]`; a language model, how a prompt goes on. A source that it cannot
   * read gives `{ error }`.
   * @throws UserError for a model in a single file
   */
  async score(pairs: readonly Pair[], options: ScoringOptions = {}): Promise<(Score | Refusal)[]> {
    requireArray(pairs, "pairs are given as [[source, target], ...]");
    const sources = pairs.map((pair) => (Array.isArray(pair) ? pair[0] : pair));
    return this.#answer(sources, options, (read, data, signal, places) => {
      const ofPlace = (source: unknown, i: number): Pair => {
        const pair = pairs[places[i] as number];
        return (Array.isArray(pair) ? [source, ...pair.slice(1)] : pair) as unknown as Pair;
      };
      return this.#service.score(read.map(ofPlace), data, signal);
    });
  }

  /** Releases the sessions once the calls under way have ended, and ends the worker. Calling it again is harmless. */
  async dispose(): Promise<void> {
    this.#disposal ??= Promise.allSettled(this.#underWay).then(() => this.#service.dispose());
    return this.#disposal;
  }

  /** Answers those inputs that can be read here; the others are refused in their places. */
  async #answer<A extends object, O extends Signalled>(
    inputs: readonly unknown[],
    options: O,
    /** @param places of the inputs among all */
    ask: (
      inputs: readonly unknown[],
      data: Omit<O, "signal">,
      signal: AbortSignal | undefined,
      places: readonly number[],
    ) => Promise<(A | Refusal)[]>,
  ): Promise<(A | Refusal)[]> {
    requireObject(options);
    const { signal, ...data } = options;
    return this.#call(signal, async () => {
      const read = await this.#portable(inputs);
      const asked = await ask(
        read.flatMap((each) => ("error" in each ? [] : [each[0]])),
        data,
        signal,
        read.flatMap((each, place) => ("error" in each ? [] : [place])),
      );
      let next = 0;
      return read.map((each) => ("error" in each ? each : (asked[next++] as A | Refusal)));
    });
  }

  async #portable(inputs: readonly unknown[]): Promise<readonly PortableInput[]> {
    // All other inputs are portable as they are.
    if (!/image|frames/.test(this.manifest.model.input.kind)) return inputs.map((input) => [input]);
    const { portablePictures } = await import("./predict/portable.ts");
    return portablePictures(inputs);
  }

  async #call<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#disposal !== undefined) throw new Error("the model was disposed of");
    signal?.throwIfAborted();
    const working = work();
    this.#underWay.add(working);
    const done = (): void => void this.#underWay.delete(working);
    working.then(done, done);
    return untilAborted(working, signal);
  }
}

function requireArray(value: unknown, form: string): void {
  if (!Array.isArray(value)) throw new UserError(`${form}, not as ${value === null ? "null" : typeof value}`);
}

function requireText(value: unknown): void {
  if (typeof value !== "string") requireArray(value, "texts are given as a text or a list of texts");
}

function accept<A extends object>(answer: A | Refusal | undefined): A {
  if (answer === undefined || "error" in answer) throw new UserError((answer as Refusal | undefined)?.error ?? "no answer");
  return answer as A;
}
