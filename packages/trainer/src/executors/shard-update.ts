import { type Session, Tensor, createSession } from "@s2s/runtime/ort";
import { SQUARES, meet } from "./barrier.ts";
import { type Feeds, integer, known, scalar } from "./feeds.ts";
import { ROW, partition } from "./layout.ts";
import type { StepRequest, WorkerData } from "./protocol.ts";

/** A worker's share of the update: some rows of the weights, for which it adds the shards' gradients up and keeps the slots. */
export class ShardUpdate {
  readonly #data: WorkerData;
  readonly #squares: Session | null;
  readonly #apply: Session;
  readonly #begin: number;
  readonly #end: number;
  /** Each shard's gradient of these rows: the tensors' memory, filled anew in every step. */
  readonly #parts: readonly Float32Array[];
  readonly #partFeeds: Feeds;
  #slots: Feeds;

  private constructor(data: WorkerData, squares: Session | null, apply: Session) {
    this.#data = data;
    this.#squares = squares;
    this.#apply = apply;
    const { shared, parameters, slots, worker, workers } = data;
    [this.#begin, this.#end] = partition(parameters.length, worker, workers);
    this.#parts = shared.gradients.map(() => new Float32Array(this.#end - this.#begin));
    this.#partFeeds = Object.fromEntries(this.#parts.map((part, shard) => [`gradient.${shard}`, rows(part)]));
    this.#slots = Object.fromEntries(slots.map((slot, i) => [slot, rows(this.#ownSlot(i).slice())]));
  }

  static async start(data: WorkerData): Promise<ShardUpdate> {
    const { squares, apply } = data.graphs;
    return new ShardUpdate(data, squares && (await createSession(squares, { threads: 1 })), await createSession(apply, { threads: 1 }));
  }

  /**
   * Takes over a piece of this worker's own gradient, which begins at `offset` of the flat parameters: these rows' numbers stay here,
   * the others go where their workers read them.
   */
  share(gradient: Float32Array, offset: number): void {
    const { shared, worker } = this.#data;
    const from = Math.min(Math.max(this.#begin - offset, 0), gradient.length);
    const to = Math.min(Math.max(this.#end - offset, from), gradient.length);
    shared.gradients[worker].set(gradient.subarray(0, from), offset);
    if (to > from) this.#parts[worker].set(gradient.subarray(from, to), offset + from - this.#begin);
    shared.gradients[worker].set(gradient.subarray(to), offset + to);
  }

  /** This worker's gradient is zero: the batch had no rows for it. */
  shareNothing(): void {
    const { shared, worker } = this.#data;
    shared.gradients[worker].fill(0);
    this.#parts[worker].fill(0);
  }

  /** Once all gradients are shared: updates these rows of the shared weights. `weights` are this worker's own copy of all. */
  async run(weights: Float32Array, { step, learningRate }: StepRequest): Promise<void> {
    const { shared, worker, workers } = this.#data;
    for (const [shard, part] of this.#parts.entries()) {
      if (shard !== worker) part.set(shared.gradients[shard].subarray(this.#begin, this.#end));
    }
    const idle = this.#end === this.#begin;
    if (idle) shared.squares[worker] = 0;
    else if (this.#squares) shared.squares[worker] = number((await this.#squares.run(this.#partFeeds)).squares);
    if (this.#squares) meet(shared.barriers, SQUARES, workers);
    if (idle) return;
    const feeds = {
      weights: rows(weights.subarray(this.#begin, this.#end)),
      ...this.#partFeeds,
      ...this.#slots,
      norm: scalar(Math.sqrt(shared.squares.reduce((a, b) => a + b, 0))),
      learning_rate: scalar(learningRate),
      step: integer(step),
    };
    const results = await this.#apply.run(known(this.#apply, feeds));
    shared.weights.set(results["next.weights"].data as Float32Array, this.#begin);
    if (!this.#squares) shared.squares[worker] = number(results.squares);
    this.#slots = Object.fromEntries(Object.keys(this.#slots).map((slot) => [slot, results[`next.${slot}`] as Tensor]));
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
const number = ({ data }: { readonly data: unknown }): number => (data as Float32Array)[0];
