import { type Bundle, Queue, given, UserError } from "@s2s/runtime/parts";
import { createSession, type Session, Tensor } from "@s2s/runtime/ort";
import { type FileInfo, type Manifest, MANIFEST_FILE, type Trainable } from "@s2s/runtime/manifest";
import { collate } from "../data/collate.ts";
import { batchCount, trainingBatches } from "../data/batches.ts";
import { meanUnits } from "../data/examples.ts";
import { hash32 } from "../data/random.ts";
import type { Batch } from "../executor.ts";
import type { Feeds } from "../executors/feeds.ts";
import { runTrainStep } from "../executors/train-step.ts";
import { lossScale } from "../schedule.ts";
import { checkTrainable } from "./check-trainable.ts";
import { requireOptions, type TrainerOptions } from "./options.ts";
import { type Example, PairEncoder, type PairReport } from "./pair-encoder.ts";
import { type BundleRecord, float32, tunedBundle } from "./tuned-bundle.ts";
import { WeightsFile } from "./weights-file.ts";

/** Lengths are not rounded up: the graph takes any. */
const BUCKET = 1;
const DEFAULT_BATCH_SIZE = 16;

/** What a step found, before it changed the weights. */
export interface TrainedStep {
  /** Counts from 1, since the bundle was opened or `reset`. */
  readonly step: number;
  /** Nats a target token, label smoothing included. */
  readonly loss: number;
  /** Of all gradients together, before clipping. */
  readonly gradientNorm: number;
  /** Target tokens that were learned from. */
  readonly tokens: number;
}

/**
 * Goes on training a bundle that was exported with `--trainable`, in any JavaScript that runs ONNX Runtime: weights and the optimiser's slots live
 * in this thread's memory, and each step is one run of the bundle's training graph. Calls queue up.
 */
export class Trainer {
  readonly manifest: Manifest;
  readonly batchSize: number;
  readonly seed: number;
  #learningRate: number;
  readonly #bundle: Bundle;
  readonly #trainable: Trainable;
  readonly #encoder: PairEncoder;
  readonly #file: WeightsFile;
  readonly #session: Session;
  #weights: Feeds;
  #steps = 0;
  #epochs = 0;
  readonly #queue = new Queue();
  #disposal: Promise<void> | undefined;

  private constructor(bundle: Bundle, trainable: Trainable, file: WeightsFile, session: Session, options: TrainerOptions) {
    const { manifest, source, target } = bundle;
    this.manifest = manifest;
    this.#learningRate = options.learningRate ?? trainable.learningRate;
    this.batchSize = options.batchSize ?? DEFAULT_BATCH_SIZE;
    this.seed = options.seed ?? manifest.training.seed ?? 1;
    this.#bundle = bundle;
    this.#trainable = trainable;
    this.#encoder = new PairEncoder(manifest, given(source, "source tokens"), given(target, "target tokens"));
    this.#file = file;
    this.#session = session;
    this.#weights = this.#first();
  }

  /** @throws UserError where the bundle cannot be trained or an option is out of its bounds */
  static async open(bundle: Bundle, options: TrainerOptions = {}): Promise<Trainer> {
    const { manifest, files } = bundle;
    requireOptions(options);
    const trainable = checkTrainable(manifest, files.locate(MANIFEST_FILE));
    const read = (name: string) => files.read(manifest.files.find((file) => file.name === name) as FileInfo);
    const { weights } = float32(manifest);
    const file = new WeightsFile(await read(weights), files.locate(weights), manifest.parameters);
    const session = await createSession(await read(trainable.graph.file), { provider: options.device ?? "cpu", threads: 1 });
    return new Trainer(bundle, trainable, file, session, options);
  }

  /** Step size of the steps to come. */
  get learningRate(): number {
    return this.#learningRate;
  }
  /** @throws UserError where it is out of its bounds */
  set learningRate(learningRate: number) {
    requireOptions({ learningRate });
    this.#learningRate = learningRate;
  }

  /** Steps since the bundle was opened or `reset`. */
  get steps(): number {
    return this.#steps;
  }

  /** What the model can make of a pair: tokens that it does not know, and whether it can learn from it. */
  describe(pair: Example): PairReport {
    return this.#encoder.describe(pair);
  }

  /**
   * One update from these pairs, all in one batch; the gradient is that of the mean loss a target token.
   * @throws UserError for a pair that cannot be learned from, and where the loss is no number any more; the weights are then as before
   */
  async step(pairs: readonly Example[]): Promise<TrainedStep> {
    const store = this.#encoder.encode(pairs);
    const batch = collate(
      store,
      Uint32Array.from({ length: store.count }, (_, i) => i),
      BUCKET,
    );
    return this.#enqueue(() => this.#step(batch, 1 / batch.units));
  }

  /**
   * Once through the pairs, shuffled, `batchSize` at a time and those of like length together, as `s2s train` does. Leaving the loop stops
   * between two steps.
   * @throws UserError as `step` does
   */
  async *epoch(pairs: readonly Example[]): AsyncGenerator<TrainedStep & { readonly batches: number }, void, undefined> {
    const store = this.#encoder.encode(pairs);
    const { batchSize, seed } = this;
    const mean = meanUnits(store);
    const batches = batchCount(store.count, batchSize);
    for (const batch of trainingBatches(store, { batchSize, bucket: BUCKET, seed }, (this.#epochs += 1))) {
      yield { ...(await this.#enqueue(() => this.#step(batch, lossScale(batch.size, mean)))), batches };
    }
  }

  /** The bundle's weights file as it is now: safetensors, every tensor at its old place. */
  async weights(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#enqueue(async () => this.#file.with(this.#weights));
  }

  /** The bundle with the weights as they are now, for `load`: its float32 variant, with sizes and checksums made anew. */
  async bundle(): Promise<BundleRecord> {
    return this.#enqueue(() =>
      tunedBundle({ manifest: this.manifest, files: this.#bundle.files, weights: this.#file.with(this.#weights), steps: this.#steps }),
    );
  }

  /** Back to the weights that the bundle came with, and to an optimiser that knows of no step. */
  async reset(): Promise<void> {
    await this.#enqueue(async () => {
      this.#weights = this.#first();
      this.#steps = 0;
      this.#epochs = 0;
    });
  }

  /** Releases the session once the calls under way have ended. Calling it again is harmless. */
  async dispose(): Promise<void> {
    this.#disposal ??= this.#enqueue(() => this.#session.release());
    return this.#disposal;
  }

  /** The bundle's weights, and slots of zeros. */
  #first(): Feeds {
    const weights = this.#file.tensors();
    const slots = this.#trainable.slots.flatMap((slot) =>
      Object.entries(weights).map(
        ([name, { dims, size }]) => [`${slot}/${name}`, new Tensor("float32", new Float32Array(size), dims)] as const,
      ),
    );
    return { ...weights, ...Object.fromEntries(slots) };
  }

  async #step(batch: Batch, scale: number): Promise<TrainedStep> {
    const step = this.#steps + 1;
    const dropoutSeed = hash32(this.seed, "dropout", step, 0) | 0;
    const { teacherForcing } = this.#trainable;
    const scalars = { learningRate: this.learningRate, step, scale, dropoutSeed, teacherForcing };
    const { lossSum, gradientNorm, next } = await runTrainStep(this.#session, batch, this.#weights, scalars);
    if (!Number.isFinite(lossSum) || !Number.isFinite(gradientNorm)) {
      throw new UserError(
        `step ${step}: the loss is no number any more; reset the weights and take a smaller learning rate than ${this.learningRate}`,
      );
    }
    this.#weights = next;
    this.#steps = step;
    return { step, loss: lossSum / batch.units, gradientNorm, tokens: batch.units };
  }

  async #enqueue<T>(work: () => Promise<T>): Promise<T> {
    if (this.#disposal !== undefined) throw new Error("the trainer was disposed of");
    return this.#queue.add(work);
  }
}
