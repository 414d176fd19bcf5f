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

interface Piece {
  /** Of the flat trained parameters. */
  readonly from: number;
  readonly to: number;
}

/**
 * A worker's share of the update: some rows of the trained parameters. It holds one piece of them at a time, since ONNX Runtime refuses shared memory:
 * all else, weights, gradients and slots, is there once for all workers.
 */
export class ShardUpdate {
  readonly #data: WorkerData;
  readonly #squares: Session | null;
  readonly #apply: Session;
  readonly #pieces: readonly Piece[];
  readonly #weights = new Float32Array(PIECE);
  readonly #gradients: readonly Float32Array[];
  readonly #slots: readonly Float32Array[];

  private constructor(data: WorkerData, squares: Session | null, apply: Session) {
    this.#data = data;
    this.#squares = squares;
    this.#apply = apply;
    const { shared, layout, slots, worker, workers } = data;
    const [begin, end] = partition(layout.trained.length, worker, workers);
    this.#gradients = shared.gradients.map(() => new Float32Array(PIECE));
    this.#slots = slots.map(() => new Float32Array(PIECE));
    this.#pieces = Array.from({ length: Math.ceil((end - begin) / PIECE) }, (_, piece) => {
      const from = begin + piece * PIECE;
      return { from, to: Math.min(from + PIECE, end) };
    });
  }

  static async start(data: WorkerData): Promise<ShardUpdate> {
    const { squares, apply } = data.graphs;
    return new ShardUpdate(data, squares && (await createSession(squares, { threads: 1 })), await createSession(apply, { threads: 1 }));
  }

  /** Once all gradients are shared: updates these rows of the shared weights and slots. */
  async run({ step, learningRate }: StepScalars): Promise<void> {
    const { shared, layout, slots, worker, workers } = this.#data;
    let squares = 0;
    if (this.#squares) {
      for (const piece of this.#pieces) squares += only(await this.#squares.run(this.#gradientsOf(piece)), "squares");
      shared.squares[worker] = squares;
      meet(shared.barriers, SQUARES, workers);
    }
    const norm = Math.sqrt(shared.squares.reduce((a, b) => a + b, 0));
    const scalars = { norm: scalar(norm), learning_rate: scalar(learningRate), step: integer(step) };
    for (const piece of this.#pieces) {
      const feeds: Feeds = { ...scalars, ...this.#gradientsOf(piece), weights: filled(this.#weights, shared.weights, piece) };
      const offsets = slots.map((_, i) => i * layout.trained.length);
      for (const [i, slot] of slots.entries()) feeds[slot] = filled(this.#slots[i], shared.slots, piece, offsets[i]);
      const results = await this.#apply.run(known(this.#apply, feeds));
      shared.weights.set(results["next.weights"].data as Float32Array, piece.from);
      for (const [i, slot] of slots.entries()) shared.slots.set(results[`next.${slot}`].data as Float32Array, offsets[i] + piece.from);
      if (!this.#squares) squares += only(results, "squares");
    }
    if (!this.#squares) shared.squares[worker] = squares;
  }

  #gradientsOf(piece: Piece): Feeds {
    const { gradients } = this.#data.shared;
    return Object.fromEntries(gradients.map((gradient, shard) => [`gradient.${shard}`, filled(this.#gradients[shard], gradient, piece)]));
  }
}

const only = (results: Readonly<Record<string, Tensor>>, name: string): number => (results[name].data as Float32Array)[0];

/** A piece of shared memory as rows, in memory of this worker's own. */
function filled(own: Float32Array, shared: Float32Array, { from, to }: Piece, offset = 0): Tensor {
  const part = own.subarray(0, to - from);
  part.set(shared.subarray(offset + from, offset + to));
  return new Tensor("float32", part, [part.length / ROW, ROW]);
}
