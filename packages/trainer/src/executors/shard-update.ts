import { type Session, Tensor, createSession } from "@s2s/runtime/ort";
import { SQUARES, meet } from "./barrier.ts";
import { type Feeds, integer, known, scalar } from "./feeds.ts";
import { ROW, partition } from "./layout.ts";
import type { WorkerData } from "./protocol.ts";
import type { StepScalars } from "./train-step.ts";

/**
 * Numbers that are updated in one run. Large outputs come in fresh memory, whose pages cost more than the arithmetic; pieces of half a
 * megabyte come from memory that was used before, and are copied while they are in the cache.
 */
const PIECE = 4 * ROW;

/** A worker's share of the update: some rows of the weights, for which it adds the shards' gradients up and keeps the slots. */
export class ShardUpdate {
  readonly #data: WorkerData;
  readonly #squares: Session | null;
  readonly #apply: Session;
  readonly #begin: number;
  readonly #end: number;
  /** Each shard's gradient of these rows, filled anew in every step. */
  readonly #parts: readonly Float32Array[];
  /** These rows of each slot. */
  readonly #slots: readonly Float32Array[];
  readonly #pieces: readonly { readonly from: number; readonly to: number; readonly feeds: Feeds }[];

  /** `weights` are the worker's own copy of all. */
  private constructor(data: WorkerData, weights: Float32Array, squares: Session | null, apply: Session) {
    this.#data = data;
    this.#squares = squares;
    this.#apply = apply;
    const { shared, parameters, slots, worker, workers } = data;
    const [begin, end] = partition(parameters.length, worker, workers);
    [this.#begin, this.#end] = [begin, end];
    this.#parts = shared.gradients.map(() => new Float32Array(end - begin));
    this.#slots = slots.map((_, i) => this.#sharedSlot(i).slice());
    this.#pieces = Array.from({ length: Math.ceil((end - begin) / PIECE) }, (_, piece) => {
      const [from, to] = [piece * PIECE, Math.min((piece + 1) * PIECE, end - begin)];
      const named = {
        weights: weights.subarray(begin, end),
        ...gradientNames(this.#parts),
        ...Object.fromEntries(slots.map((slot, i) => [slot, this.#slots[i]])),
      };
      return { from, to, feeds: Object.fromEntries(Object.entries(named).map(([name, part]) => [name, rows(part.subarray(from, to))])) };
    });
  }

  static async start(data: WorkerData, weights: Float32Array): Promise<ShardUpdate> {
    const { squares, apply } = data.graphs;
    return new ShardUpdate(
      data,
      weights,
      squares && (await createSession(squares, { threads: 1 })),
      await createSession(apply, { threads: 1 }),
    );
  }

  /**
   * Takes over a tensor of this worker's own gradient, which begins at `offset` of the flat parameters: these rows' numbers stay here,
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

  /** Once all gradients are shared: updates these rows of the shared weights. */
  async run({ step, learningRate }: StepScalars): Promise<void> {
    const { shared, slots, worker, workers } = this.#data;
    for (const [shard, part] of this.#parts.entries()) {
      if (shard !== worker) part.set(shared.gradients[shard].subarray(this.#begin, this.#end));
    }
    let squares = 0;
    if (this.#squares) {
      shared.squares[worker] = await this.#sumOfSquares(this.#squares);
      meet(shared.barriers, SQUARES, workers);
    }
    const norm = Math.sqrt(shared.squares.reduce((a, b) => a + b, 0));
    const scalars = { norm: scalar(norm), learning_rate: scalar(learningRate), step: integer(step) };
    for (const { from, to, feeds } of this.#pieces) {
      const results = await this.#apply.run(known(this.#apply, { ...feeds, ...scalars }));
      const numbers = (name: string): Float32Array => results[name].data as Float32Array;
      shared.weights.set(numbers("next.weights"), this.#begin + from);
      for (const [i, slot] of slots.entries()) this.#slots[i].subarray(from, to).set(numbers(`next.${slot}`));
      if (!this.#squares) squares += numbers("squares")[0];
    }
    if (!this.#squares) shared.squares[worker] = squares;
  }

  /** Copies these rows of the slots to where all can read them. */
  save(): void {
    for (const [i, slot] of this.#slots.entries()) this.#sharedSlot(i).set(slot);
  }

  async #sumOfSquares(session: Session): Promise<number> {
    if (this.#end === this.#begin) return 0;
    const results = await session.run(
      Object.fromEntries(Object.entries(gradientNames(this.#parts)).map(([name, part]) => [name, rows(part)])),
    );
    return (results.squares.data as Float32Array)[0];
  }

  #sharedSlot(index: number): Float32Array {
    const from = index * this.#data.parameters.length;
    return this.#data.shared.slots.subarray(from + this.#begin, from + this.#end);
  }
}

const gradientNames = (parts: readonly Float32Array[]): Record<string, Float32Array> =>
  Object.fromEntries(parts.map((part, shard) => [`gradient.${shard}`, part]));
const rows = (data: Float32Array): Tensor => new Tensor("float32", data, [data.length / ROW, ROW]);
