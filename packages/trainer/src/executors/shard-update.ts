import { type Session, Tensor, createSession } from "@s2s/runtime/ort";
import { SQUARES, meet } from "./barrier.ts";
import { type Feeds, integer, known, scalar } from "./feeds.ts";
import { ROW, partition } from "./layout.ts";
import type { StepRequest, WorkerData } from "./protocol.ts";

/** A worker's share of the update: some rows of the weights, for which it adds the shards' gradients up and keeps the slots. */
export class ShardUpdate {
  readonly #data: WorkerData;
  readonly #reduce: Session;
  readonly #apply: Session;
  readonly #begin: number;
  readonly #end: number;
  /** Each shard's gradient of these rows: the tensors' memory, filled anew in every step. */
  readonly #parts: readonly Float32Array[];
  readonly #partFeeds: Feeds;
  #slots: Feeds;

  private constructor(data: WorkerData, reduce: Session, apply: Session) {
    this.#data = data;
    this.#reduce = reduce;
    this.#apply = apply;
    const { shared, parameters, slots, worker, workers } = data;
    [this.#begin, this.#end] = partition(parameters.length, worker, workers);
    this.#parts = shared.gradients.map(() => new Float32Array(this.#end - this.#begin));
    this.#partFeeds = Object.fromEntries(this.#parts.map((part, shard) => [`gradient.${shard}`, rows(part)]));
    this.#slots = Object.fromEntries(slots.map((slot, i) => [slot, rows(this.#ownSlot(i).slice())]));
  }

  static async start(data: WorkerData): Promise<ShardUpdate> {
    const { reduce, apply } = data.graphs;
    return new ShardUpdate(data, await createSession(reduce, { threads: 1 }), await createSession(apply, { threads: 1 }));
  }

  /** Once all gradients are shared: updates these rows of the shared weights. `weights` are this worker's own copy. Returns the gradient norm. */
  async run(weights: Float32Array, { step, learningRate }: StepRequest): Promise<number> {
    const { shared, worker, workers } = this.#data;
    const gradient = await this.#sum();
    meet(shared.barriers, SQUARES, workers);
    const squares = shared.squares.reduce((a, b) => a + b, 0);
    if (this.#end === this.#begin) return Math.sqrt(squares);
    const feeds = {
      weights: rows(weights.subarray(this.#begin, this.#end)),
      gradient,
      squares: scalar(squares),
      learning_rate: scalar(learningRate),
      step: integer(step),
      ...this.#slots,
    };
    const results = await this.#apply.run(known(this.#apply, feeds));
    shared.weights.set(results["next.weights"].data as Float32Array, this.#begin);
    this.#slots = Object.fromEntries(Object.keys(this.#slots).map((slot) => [slot, results[`next.${slot}`] as Tensor]));
    return worker === 0 ? (results.gradient_norm.data as Float32Array)[0] : 0;
  }

  /** Adds the shards' gradients of these rows up, in their order, and shares the sum's squares. */
  async #sum(): Promise<Tensor> {
    const { shared, worker } = this.#data;
    for (const [shard, part] of this.#parts.entries()) part.set(shared.gradients[shard].subarray(this.#begin, this.#end));
    if (this.#end === this.#begin) {
      shared.squares[worker] = 0;
      return this.#partFeeds["gradient.0"];
    }
    const results = await this.#reduce.run(this.#partFeeds);
    shared.squares[worker] = (results.squares.data as Float32Array)[0];
    return (results.gradient as Tensor | undefined) ?? this.#partFeeds["gradient.0"];
  }

  /** Copies these rows of the slots to where all can read them. */
  save(): void {
    for (const [i, slot] of this.#data.slots.entries()) this.#ownSlot(i).set(this.#slots[slot].data as Float32Array);
  }

  #ownSlot(index: number): Float32Array {
    const from = index * this.#data.parameters.length;
    return this.#data.shared.slots.subarray(from + this.#begin, from + this.#end);
  }
}

const rows = (data: Float32Array): Tensor => new Tensor("float32", data, [data.length / ROW, ROW]);
