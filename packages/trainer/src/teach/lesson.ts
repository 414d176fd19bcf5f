import { type Bundle, type BundleSource, Engine, given, openBundleAt, UserError } from "@s2s/runtime/parts";
import type { Example, PairReport } from "../step/pair-encoder.ts";
import { Trainer } from "../step/trainer.ts";
import { balance, madeUpTexts } from "./replay.ts";

const BATCH_SIZE = 16;
/** After so many steps the answers are looked at again, at the end of an epoch: that takes as long as some steps. */
const LOOK_EVERY = 8;

export interface LessonOptions {
  /** Where to run in Node; a page has wasm alone. */
  readonly device?: "cpu" | "wasm" | undefined;
  readonly cache?: boolean | undefined;
  readonly onProgress?: ((file: string, loaded: number, total: number | undefined) => void) | undefined;
}

export interface TeachOptions {
  /** Most passes over the pairs. */
  readonly epochs: number;
  readonly learningRate: number;
  /** Made-up texts whose answers are held where they are. */
  readonly replay: number;
}

export interface LessonStep {
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
  /** At the end of some epochs: the answers to the pairs' sources. */
  readonly answers?: readonly string[];
}

/** A model, what it was before, and how it is taught pairs until it answers them right. */
export class Lesson {
  readonly #bundle: Bundle;
  readonly #trainer: Trainer;
  readonly #original: Engine;
  readonly #device: "cpu" | "wasm" | undefined;
  #tuned: Engine | undefined;

  private constructor(bundle: Bundle, trainer: Trainer, original: Engine, device: LessonOptions["device"]) {
    this.#bundle = bundle;
    this.#trainer = trainer;
    this.#original = original;
    this.#device = device;
  }

  /** @throws UserError as `openTrainer` does */
  static async open(source: BundleSource, { device, cache, onProgress }: LessonOptions = {}): Promise<Lesson> {
    const bundle = await openBundleAt(source, {
      precision: "float32",
      cache,
      onProgress: onProgress && (({ file, loaded, total }) => onProgress(file, loaded, total)),
    });
    const trainer = await Trainer.open(bundle, { device, batchSize: BATCH_SIZE });
    return new Lesson(bundle, trainer, await answering(trainer, device), device);
  }

  /** A small share of the run's own step size: few pairs are learned in seconds all the same, and little is forgotten. */
  get learningRate(): number {
    return (this.#bundle.manifest.trainable?.learningRate ?? 0) / 10;
  }

  describe(pair: Example): PairReport {
    return this.#trainer.describe(pair);
  }

  /** What the model answers now, and what it answered before it was taught anything. */
  async answers(texts: readonly string[]): Promise<{ readonly before: string[]; readonly now: string[] }> {
    const before = await textsOf(this.#original, texts);
    if (this.#trainer.steps === 0) return { before, now: before };
    this.#tuned ??= await answering(this.#trainer, this.#device);
    return { before, now: await textsOf(this.#tuned, texts) };
  }

  /**
   * Teaches pairs, mixed with answers of the model before to made-up texts, until all are answered as taught or the epochs are over. Leaving the loop
   * stops between two steps; going on later goes on from there.
   * @throws UserError for a pair that cannot be learned, and for steps of no length
   */
  async *teach(pairs: readonly Example[], { epochs, learningRate, replay }: TeachOptions): AsyncGenerator<LessonStep, void, undefined> {
    for (const [i, pair] of pairs.entries()) {
      const { problem } = this.describe(pair);
      if (problem !== undefined) throw new UserError(`pair ${i + 1}: ${problem}`);
    }
    if (!(learningRate > 0)) throw new UserError(`the learning rate must be above 0, not ${learningRate}: nothing would be learned`);
    this.#trainer.learningRate = learningRate;
    const mixed = balance(pairs, await this.#replay(pairs, replay));
    let looked = this.#trainer.steps;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      let last: LessonStep | undefined;
      for await (const { step, loss } of this.#trainer.epoch(mixed)) {
        await this.#forgetTuned();
        if (last) yield last;
        last = { epoch, step, loss };
      }
      if (epoch < epochs && this.#trainer.steps - looked < LOOK_EVERY) {
        if (last) yield last;
        continue;
      }
      looked = this.#trainer.steps;
      const { now } = await this.answers(pairs.map(([source]) => source));
      if (last) yield { ...last, answers: now };
      if (pairs.every(([, target], i) => target.normalize("NFC") === now[i])) return;
    }
  }

  /** Back to the model that was opened. */
  async reset(): Promise<void> {
    await this.#trainer.reset();
    await this.#forgetTuned();
  }

  /** The tuned weights as a safetensors file. */
  async weights(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#trainer.weights();
  }

  async dispose(): Promise<void> {
    await this.#forgetTuned();
    await Promise.all([this.#original.dispose(), this.#trainer.dispose()]);
  }

  async #replay(pairs: readonly Example[], count: number): Promise<Example[]> {
    const { manifest, source } = this.#bundle;
    const tokenizer = given(source, "source tokens");
    const lengths = pairs.map(([text]) => tokenizer.encode(text).length);
    const longest = manifest.maxSourceLength - 1;
    const within = (length: number): number => Math.max(1, Math.min(longest, Math.round(length)));
    const range = { least: within(Math.min(...lengths) / 2), most: within(Math.max(...lengths) * 1.5) };
    const texts = madeUpTexts(tokenizer.ownTokens, (tokens) => tokenizer.detokenize(tokens), count, range, this.#trainer.seed);
    const answers = await textsOf(this.#original, texts);
    // White space at the ends of a made-up text, or an unknown word in the answer, would make another pair of it.
    return texts.map((text, i): Example => [text, answers[i] as string]).filter((pair) => this.describe(pair).problem === undefined);
  }

  async #forgetTuned(): Promise<void> {
    const tuned = this.#tuned;
    this.#tuned = undefined;
    await tuned?.dispose();
  }
}

/** A model of the weights as they are now, in this thread. */
async function answering(trainer: Trainer, device: string | undefined): Promise<Engine> {
  return Engine.open({
    source: await trainer.bundle(),
    device: device ?? "cpu",
    precision: "float32",
    threads: 1,
    cache: false,
    ensemble: [],
  });
}

/** A text that the model cannot read has the empty answer. */
async function textsOf(model: Engine, texts: readonly string[]): Promise<string[]> {
  return (await model.generate(texts, {})).map((answer) => ("error" in answer ? "" : answer.text));
}
