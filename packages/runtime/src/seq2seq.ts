import type { Bundle } from "./bundle.ts";
import { LOGITS, TOKEN } from "./check-manifest.ts";
import { UserError } from "./errors.ts";
import { given } from "./given.ts";
import type { StateInfo } from "./manifest.ts";
import { openGraph } from "./open-graph.ts";
import { Tensor, type Session, type SessionOptions } from "./ort.ts";
import { sourceFeeds } from "./source-feeds.ts";
import type { DecoderStep, StepModel } from "./step-model.ts";

/** The decoder's recurrent states, [B, H] each, in the manifest's order. */
export type States = readonly Tensor[];

/** Encoder and decoder of a bundle, ready to run. Dispose of it: sessions that are not released leak. */
export class Seq2Seq implements StepModel<States> {
  readonly vocabularySize: number;
  readonly #encoder: Session;
  readonly #decoder: Session;
  readonly #states: readonly StateInfo[];

  private constructor(encoder: Session, decoder: Session, states: readonly StateInfo[], vocabularySize: number) {
    this.#encoder = encoder;
    this.#decoder = decoder;
    this.#states = states;
    this.vocabularySize = vocabularySize;
  }

  /** @throws UserError when the provider is not there, a graph cannot be loaded or is not the one that the manifest describes. */
  static async open(bundle: Bundle, options: SessionOptions = {}): Promise<Seq2Seq> {
    const { states, target } = bundle.manifest;
    const { graphs } = bundle.variant;
    if (!graphs.encoder || !graphs.decoder) {
      const where = bundle.files.locate(graphs.generate?.file ?? "");
      throw new UserError(`${where}: holds no encoder and decoder; export the model as a folder`);
    }
    const encoder = await openGraph(bundle, graphs.encoder, options);
    try {
      const decoder = await openGraph(bundle, graphs.decoder, options);
      return new Seq2Seq(encoder, decoder, states, given(target, "target tokens").size);
    } catch (error) {
      await encoder.release();
      throw error;
    }
  }

  async start(sources: readonly (readonly number[])[]): Promise<{ readonly states: States }> {
    const outputs = await this.#encoder.run(sourceFeeds(sources));
    return { states: this.#states.map(({ initial }) => outputs[initial as string] as Tensor) };
  }

  async step(tokens: Int32Array, states: States): Promise<DecoderStep<States>> {
    const feeds: Record<string, Tensor> = { [TOKEN]: new Tensor("int32", tokens, [tokens.length]) };
    for (const [i, { input }] of this.#states.entries()) feeds[input] = states[i] as Tensor;
    const outputs = await this.#decoder.run(feeds);
    return {
      logits: outputs[LOGITS]?.data as Float32Array,
      states: this.#states.map(({ output }) => outputs[output] as Tensor),
    };
  }

  select(states: States, rows: readonly number[]): States {
    return states.map((state) => {
      const data = state.data as Float32Array;
      const width = state.dims[1] ?? 1;
      const selected = new Float32Array(rows.length * width);
      for (const [to, from] of rows.entries()) selected.set(data.subarray(from * width, (from + 1) * width), to * width);
      return new Tensor("float32", selected, [rows.length, width]);
    });
  }

  /** Releases both sessions, the second even if the first fails. */
  async dispose(): Promise<void> {
    try {
      await this.#encoder.release();
    } finally {
      await this.#decoder.release();
    }
  }
}
