import type { Bundle } from "./bundle.ts";
import { requireAgreement } from "./check-graph.ts";
import { LOGITS, SOURCE, SOURCE_LENGTHS, TOKEN } from "./check-manifest.ts";
import { UserError } from "./errors.ts";
import type { GraphInfo, StateInfo } from "./manifest.ts";
import { createSession, Tensor, type Session, type SessionOptions } from "./ort.ts";
import type { DecoderStep, StepModel } from "./step-model.ts";
import { PAD_ID } from "./vocabulary.ts";

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
  static async open({ manifest, variant: { graphs }, files }: Bundle, options: SessionOptions = {}): Promise<Seq2Seq> {
    const { states, target } = manifest;
    if (!graphs.encoder || !graphs.decoder) throw new UserError(`${files.locate("")}: holds no encoder and decoder; export it as a folder`);
    const encoder = await openGraph(files.locate(graphs.encoder.file), graphs.encoder, options);
    try {
      const decoder = await openGraph(files.locate(graphs.decoder.file), graphs.decoder, options);
      return new Seq2Seq(encoder, decoder, states, target.size);
    } catch (error) {
      await encoder.release();
      throw error;
    }
  }

  async start(sources: readonly (readonly number[])[]): Promise<{ readonly states: States }> {
    const longest = sources.reduce((most, source) => Math.max(most, source.length), 0);
    const ids = new Int32Array(sources.length * longest).fill(PAD_ID);
    for (const [row, source] of sources.entries()) ids.set(source, row * longest);
    const outputs = await this.#encoder.run({
      [SOURCE]: new Tensor("int32", ids, [sources.length, longest]),
      [SOURCE_LENGTHS]: new Tensor(
        "int32",
        Int32Array.from(sources, (source) => source.length),
        [sources.length],
      ),
    });
    return { states: this.#states.map(({ initial }) => outputs[initial] as Tensor) };
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

async function openGraph(file: string, info: GraphInfo, options: SessionOptions): Promise<Session> {
  const session = await createSession(file, options).catch((error: unknown) => {
    // Whatever is wrong with a graph that came from elsewhere, it is the bundle's fault and not this program's.
    throw error instanceof UserError ? error : new UserError(`${file}: ${describe(error)}; export the bundle again`, { cause: error });
  });
  try {
    requireAgreement(file, info, session);
    return session;
  } catch (error) {
    await session.release();
    throw error;
  }
}

function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return `ONNX Runtime cannot load this graph (${text.replaceAll(/\s+/g, " ").slice(0, 300)})`;
}
