import { UserError } from "./errors.ts";
import type { Answer, Device, GenerateData, Generation, Pair, Piece, Refusal, Score, ScoreData, Service } from "./engine/service.ts";
import { Feed } from "./feed.ts";
import { requireObject } from "./known-options.ts";
import type { Manifest, Precision } from "./manifest.ts";
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
   * Answers a text, or each of several: by greedy search, by beam search (`beams` above 1) or by samples (`temperature`, `topK` or `topP`). Calls
   * take turns.
   *
   * A text without a token (empty; white space alone, if tokens are words) gets the empty answer, so that lines stay aligned. A
   * text longer than the manifest's `maxSourceLength` is a UserError for a single text; in an array its entry is
   * `{ error }`, and the others are answered.
   * @throws UserError also for options that are out of range or at odds, and for what a model in a single file cannot do.
   */
  async generate(text: string, options?: GenerateOptions): Promise<Generation>;
  async generate(texts: readonly string[], options?: GenerateOptions): Promise<Answer[]>;
  async generate(input: string | readonly string[], options: GenerateOptions = {}): Promise<Generation | Answer[]> {
    requireObject(options);
    if (typeof input !== "string") requireArray(input, "texts are given as a text or a list of texts");
    const { signal, ...data } = options;
    const texts = typeof input === "string" ? [input] : [...input];
    const answers = await this.#call(signal, () => this.#service.generate(texts, data, signal));
    return typeof input === "string" ? accept(answers[0]) : answers;
  }

  /**
   * Answers a text piece by piece as it is decided: greedily or with a single sample. The pieces' texts, joined, are the answer's text; the last
   * piece, and what the iterator returns, has the whole answer. Leaving the loop stops the work.
   * @throws UserError as `generate`, and for `beams` and `nBest` above 1
   */
  async *stream(text: string, options: GenerateOptions = {}): AsyncGenerator<StreamPiece, Generation, undefined> {
    requireObject(options);
    const { signal, ...data } = options;
    const leaving = new AbortController();
    const either = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
    const pieces = new Feed<Piece>();
    const onPiece = (piece: Piece): void => pieces.push(piece);
    const answer = this.#call(signal, () => this.#service.stream(text, data, onPiece, either)).finally(() => pieces.end());
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
   * How probable the model holds a given target for each source: `[source, target]`. A source that it cannot read gives `{ error }`.
   * @throws UserError for a model in a single file
   */
  async score(pairs: readonly Pair[], options: ScoringOptions = {}): Promise<(Score | Refusal)[]> {
    requireObject(options);
    requireArray(pairs, "pairs are given as [[source, target], ...]");
    const { signal, ...data } = options;
    return this.#call(signal, () => this.#service.score([...pairs], data, signal));
  }

  /** Releases the sessions once the calls under way have ended, and ends the worker. Calling it again is harmless. */
  async dispose(): Promise<void> {
    this.#disposal ??= this.#service.dispose();
    return this.#disposal;
  }

  async #call<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#disposal !== undefined) throw new Error("the model was disposed of");
    signal?.throwIfAborted();
    return untilAborted(work(), signal);
  }
}

function requireArray(value: unknown, form: string): void {
  if (!Array.isArray(value)) throw new UserError(`${form}, not as ${value === null ? "null" : typeof value}`);
}

function accept(answer: Answer | undefined): Generation {
  if (answer === undefined || "error" in answer) throw new UserError(answer?.error ?? "no answer");
  return answer;
}
