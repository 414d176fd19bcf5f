import type { Bundle } from "./bundle.ts";
import { UserError } from "./errors.ts";
import type { Manifest } from "./manifest.ts";
import type { Provider } from "./providers.ts";
import { greedy } from "./search/greedy.ts";
import type { Hypothesis } from "./search/hypothesis.ts";
import { Seq2Seq } from "./seq2seq.ts";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";
import { END_ID } from "./vocabulary.ts";

export interface ModelOptions {
  /** Where to run (default "cpu"). */
  readonly device?: Provider | undefined;
  /** CPU threads (default 1: more of them help large models and batches alone). */
  readonly threads?: number | undefined;
}

export interface GenerateOptions {
  /** Most target tokens, `</s>` included (default: the manifest's `maxTargetLength`). */
  readonly maxLength?: number | undefined;
  /** Most texts decoded side by side (default 64); it changes speed and memory, not answers. */
  readonly batchSize?: number | undefined;
}

/** The answer to one text. */
export interface Generation {
  readonly text: string;
  /** Log-probability (nats) of the target, its end included. */
  readonly score: number;
  /** The target's tokens: characters or words. A word that the vocabulary lacks shows as `<unk>`. */
  readonly tokens: readonly string[];
  /** Whether the target was cut off at the greatest length. */
  readonly truncated: boolean;
}

/** Stands in an array of answers for a text that cannot be answered. */
export interface Refusal {
  /** One line: what is wrong with the text and what to do. */
  readonly error: string;
}

export type Answer = Generation | Refusal;

const EMPTY: Generation = { text: "", score: 0, tokens: [], truncated: false };

/** A loaded model. Dispose of it when it is no longer needed: its sessions live outside of JavaScript's memory. */
export class Model {
  readonly manifest: Manifest;
  readonly #bundle: Bundle;
  readonly #graphs: Seq2Seq;
  readonly #source: Tokenizer;
  readonly #target: Tokenizer;
  /** The end of the queue: sessions take one run after the other, and are released after the last. */
  #queue: Promise<unknown> = Promise.resolve();
  #disposal: Promise<void> | undefined;

  private constructor(bundle: Bundle, graphs: Seq2Seq) {
    this.manifest = bundle.manifest;
    this.#bundle = bundle;
    this.#graphs = graphs;
    this.#source = createTokenizer(bundle.manifest.source.tokens);
    this.#target = createTokenizer(bundle.manifest.target.tokens);
  }

  /** Makes a model of a bundle that was read. @throws UserError when the device is not there or a graph cannot be loaded. */
  static async open(bundle: Bundle, { device = "cpu", threads = 1 }: ModelOptions = {}): Promise<Model> {
    if (!Number.isSafeInteger(threads) || threads < 1 || threads > 1024) {
      throw new UserError(`threads must be a whole number from 1 to 1024, not ${threads}`);
    }
    return new Model(bundle, await Seq2Seq.open(bundle, { provider: device, threads }));
  }

  /**
   * Answers a text, or each of several, by greedy search. Calls queue up. In this version the work blocks the calling thread
   * between tokens; who must stay responsive calls it in a worker.
   *
   * A text without a token (empty; white space alone, if tokens are words) gets the empty answer, so that lines stay aligned. A
   * text longer than the manifest's `maxSourceLength` is a UserError for a single text; in an array its entry is
   * `{ error }`, and the others are answered.
   * @throws UserError also for options out of range.
   */
  async generate(text: string, options?: GenerateOptions): Promise<Generation>;
  async generate(texts: readonly string[], options?: GenerateOptions): Promise<Answer[]>;
  async generate(input: string | readonly string[], options: GenerateOptions = {}): Promise<Generation | Answer[]> {
    if (this.#disposal !== undefined) throw new Error("the model was disposed of");
    if (typeof input !== "string") return this.#enqueue(() => this.#generate(input, options));
    const [answer] = await this.#enqueue(() => this.#generate([input], options));
    if (answer === undefined || "error" in answer) throw new UserError(answer?.error ?? "no answer");
    return answer;
  }

  /** Releases the sessions once the calls under way have ended. Calling it again is harmless. */
  async dispose(): Promise<void> {
    this.#disposal ??= this.#enqueue(() => this.#graphs.dispose());
    return this.#disposal;
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #generate(texts: readonly string[], options: GenerateOptions): Promise<Answer[]> {
    const { maxLength = this.manifest.maxTargetLength, batchSize } = options;
    const answers: Answer[] = [];
    const sources: number[][] = [];
    const places: number[] = [];
    for (const [place, text] of texts.entries()) {
      const tokens = this.#source.tokenize(text);
      const most = this.manifest.maxSourceLength - 1;
      answers[place] = EMPTY;
      if (tokens.length > most) {
        answers[place] = { error: tooLong(text, tokens.length, most) };
      } else if (tokens.length > 0) {
        sources.push([...this.#bundle.source.encode(tokens), END_ID]);
        places.push(place);
      }
    }
    const hypotheses = await greedy(this.#graphs, sources, { maxLength, batchSize });
    for (const [i, place] of places.entries()) answers[place] = this.#answer(hypotheses[i] as Hypothesis);
    return answers;
  }

  #answer({ ids, score, truncated }: Hypothesis): Generation {
    const tokens = this.#bundle.target.decode(ids);
    return { text: this.#target.detokenize(tokens), score, tokens, truncated };
  }
}

function tooLong(text: string, length: number, most: number): string {
  const start = Array.from(text.slice(0, 60)).slice(0, 30).join("");
  const quoted = JSON.stringify(start.length < text.length ? `${start}...` : text);
  return `the text has ${length} tokens and this model reads at most ${most}: ${quoted}; shorten or split it`;
}
