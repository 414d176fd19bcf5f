import type { Bundle } from "./bundle.ts";
import { UserError } from "./errors.ts";
import type { StateInfo } from "./manifest.ts";
import type { Source } from "./model-source.ts";
import { openGraph } from "./open-graph.ts";
import { Tensor, type Session, type SessionOptions } from "./ort.ts";
import { sourceFeeds } from "./source-feeds.ts";

/** What a decoder knows of a batch's rows; the batch comes first in every tensor. */
export interface States {
  /** What it hands from step to step, in the manifest's order. */
  readonly carried: readonly Tensor[];
  /** What it looks at in every step, in the manifest's order. */
  readonly memory: readonly Tensor[];
  /** The place of each row's source among those that were started: rows of one source have one memory. */
  readonly sources: readonly number[];
}

/** Encoder and decoder of a bundle, whatever a step reads and gives; a model without a source has no encoder. Dispose of it: sessions that are not released leak. */
export class StepGraphs {
  readonly #encoder: Session | undefined;
  readonly #decoder: Session;
  readonly #states: readonly StateInfo[];
  readonly #memory: readonly string[];

  private constructor(encoder: Session | undefined, decoder: Session, { states, memory }: Bundle["manifest"]) {
    this.#encoder = encoder;
    this.#decoder = decoder;
    this.#states = states;
    this.#memory = memory;
  }

  /** @throws UserError when the provider is not there, a graph cannot be loaded or is not the one that the manifest describes. */
  static async open(bundle: Bundle, options: SessionOptions = {}): Promise<StepGraphs> {
    const { graphs } = bundle.variant;
    if (!graphs.decoder) {
      const where = bundle.files.locate(graphs.generate?.file ?? "");
      throw new UserError(`${where}: holds no graphs of single steps; export the model as a folder`);
    }
    const encoder = graphs.encoder && (await openGraph(bundle, graphs.encoder, options));
    try {
      return new StepGraphs(encoder, await openGraph(bundle, graphs.decoder, options), bundle.manifest);
    } catch (error) {
      await encoder?.release();
      throw error;
    }
  }

  /** The states before the first step, a row for each source. */
  async start(sources: readonly Source[]): Promise<States> {
    const outputs = this.#encoder ? await this.#encoder.run(sourceFeeds(sources)) : {};
    const longest = sources.reduce((most, { length }) => Math.max(most, length), 0);
    return {
      carried: this.#states.map(({ initial, shape }) =>
        initial === null
          ? zeros([sources.length, ...shape.map((size) => (typeof size === "number" ? size : longest))])
          : (outputs[initial] as Tensor),
      ),
      memory: this.#memory.map((name) => outputs[name] as Tensor),
      sources: [...sources.keys()],
    };
  }

  /** One step. @param input what it reads, by name: a row for each row of the states */
  async step(input: Readonly<Record<string, Tensor>>, { carried, memory, sources }: States) {
    const feeds: Record<string, Tensor> = { ...input };
    for (const [i, { input: name }] of this.#states.entries()) feeds[name] = carried[i] as Tensor;
    for (const [i, name] of this.#memory.entries()) feeds[name] = memory[i] as Tensor;
    const outputs = await this.#decoder.run(feeds);
    const states: States = { carried: this.#states.map(({ output }) => outputs[output] as Tensor), memory, sources };
    return { outputs, states };
  }

  /** The given rows, in the given order. */
  select({ carried, memory, sources }: States, rows: readonly number[]): States {
    const next = rows.map((row) => sources[row] as number);
    // A beam search reorders the rows of a source among themselves, mostly.
    const same = next.length === sources.length && next.every((source, row) => source === sources[row]);
    return {
      carried: carried.map((state) => selectRows(state, rows)),
      memory: same ? memory : memory.map((held) => selectRows(held, rows)),
      sources: next,
    };
  }

  /** Releases both sessions, the second even if the first fails. */
  async dispose(): Promise<void> {
    try {
      await this.#encoder?.release();
    } finally {
      await this.#decoder.release();
    }
  }
}

const zeros = (shape: readonly number[]): Tensor =>
  new Tensor("float32", new Float32Array(shape.reduce((product, size) => product * size, 1)), shape);

/** Rows of axis 0, in the given order. */
function selectRows({ type, dims, data }: Tensor, rows: readonly number[]): Tensor {
  const rest = dims.slice(1);
  const width = rest.reduce((product, size) => product * size, 1);
  const from = data as Float32Array | Int32Array;
  const selected = from instanceof Int32Array ? new Int32Array(rows.length * width) : new Float32Array(rows.length * width);
  for (const [to, row] of rows.entries()) selected.set(from.subarray(row * width, (row + 1) * width), to * width);
  return new Tensor(type, selected, [rows.length, ...rest]);
}
