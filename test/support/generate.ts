import { type FloatType, serialize, traceGenerate } from "@s2s/graph-builder";
import type { ModelConfig } from "@s2s/runtime/manifest";
import { type Session, type SessionOptions, Tensor, createSession } from "@s2s/runtime/ort";
import type { Tensor as Numbers } from "./run-graph.ts";
import { embedWeights, padded } from "./seq2seq.ts";

export interface GenerateOptions {
  readonly beams: number;
  readonly maxLength: number;
  readonly lengthPenalty: number;
}

export interface Generated {
  readonly ids: readonly number[];
  readonly score: number;
}

/** generate.onnx of a model with weights in it, loaded. */
export class Generator {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  /** The runtime checks every shape that the builder inferred. In float64, for which the LSTM operator has no kernel, the source is read in a loop. */
  static async open(
    model: ModelConfig,
    weights: Readonly<Record<string, Numbers>>,
    type: FloatType = "float32",
    provider: SessionOptions["provider"] = "cpu",
  ): Promise<Generator> {
    const { graph } = traceGenerate(model, type, type === "float64" ? "loop" : "operator");
    embedWeights(graph, weights);
    return new Generator(await createSession(serialize(graph, { valueInfo: true }), { provider, threads: 1 }));
  }

  /** For each source its hypotheses, the best first; the invalid ones at the end are left out, once they have been looked at. */
  async run(sources: readonly (readonly number[])[], { beams, maxLength, lengthPenalty }: GenerateOptions): Promise<Generated[][]> {
    const whole = (number: number): Tensor => new Tensor("int32", Int32Array.of(number), []);
    const [batch, longest] = [sources.length, Math.max(...sources.map((source) => source.length))];
    const { ids, lengths, scores } = await this.#session.run({
      source: new Tensor("int32", Int32Array.from(sources.flatMap((source) => padded(source, longest))), [batch, longest]),
      source_lengths: new Tensor(
        "int32",
        Int32Array.from(sources, (source) => source.length),
        [batch],
      ),
      max_length: whole(maxLength),
      beams: whole(beams),
      length_penalty: new Tensor("float32", Float32Array.of(lengthPenalty), []),
    });
    const steps = ids.dims[2];
    if (ids.dims.join() !== [batch, beams, steps].join() || lengths.dims.join() !== [batch, beams].join() || steps > maxLength)
      throw new Error(`ids are [${ids.dims}], lengths [${lengths.dims}]`);
    return sources.map((_, source) =>
      Array.from({ length: beams }, (__, beam) => {
        const at = source * beams + beam;
        const row = Array.from((ids.data as Int32Array).subarray(at * steps, (at + 1) * steps));
        const length = Number(lengths.data[at]);
        if (row.slice(length).some((id) => id !== 0)) throw new Error(`[${row}] is not padded with 0 behind ${length} tokens`);
        return { ids: row.slice(0, length), score: Number(scores.data[at]) };
      }).filter(({ ids: own, score }, beam, all) => {
        if (score > -Infinity) return true;
        if (own.length > 0 || all.slice(beam).some((other) => other.score > -Infinity))
          throw new Error("an invalid hypothesis is not last");
        return false;
      }),
    );
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}
