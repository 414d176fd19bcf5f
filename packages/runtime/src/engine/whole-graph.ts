import type { Bundle } from "../bundle.ts";
import { UserError } from "../errors.ts";
import { given } from "../given.ts";
import type { GraphInfo } from "../manifest.ts";
import { openGraph } from "../open-graph.ts";
import { Tensor, type Session, type SessionOptions } from "../ort.ts";
import { batchesByLength } from "../search/batches.ts";
import { lengthPenalty, type Hypothesis } from "../search/hypothesis.ts";
import { notFinite } from "../search/logits.ts";
import type { Interruption } from "../search/options.ts";
import { pacer } from "../search/pacer.ts";
import type { SearchSettings } from "../search/settings.ts";
import type { Source } from "../model-source.ts";
import { sourceFeeds } from "../source-feeds.ts";

type Sources = readonly Source[];

/** Whether the graph has all that a search asks for. */
export function servesWhole({ minLength, coveragePenalty, noRepeatNgram, prefix, attention, sampling }: SearchSettings): boolean {
  return minLength === 0 && coveragePenalty === 0 && noRepeatNgram === 0 && prefix.length === 0 && !attention && sampling === undefined;
}

/** generate.onnx, the whole search in one run: docs/design.md says what goes in and comes out. */
export class WholeGraph {
  readonly #session: Session;
  readonly #where: string;
  readonly #vocabularySize: number;

  private constructor(session: Session, where: string, vocabularySize: number) {
    this.#session = session;
    this.#where = where;
    this.#vocabularySize = vocabularySize;
  }

  /** @throws UserError as `openGraph` */
  static async open(bundle: Bundle, info: GraphInfo, options: SessionOptions): Promise<WholeGraph> {
    return new WholeGraph(
      await openGraph(bundle, info, options),
      bundle.files.locate(info.file),
      given(bundle.manifest.target, "target tokens").size,
    );
  }

  /** What `search` gives for the same settings, which the graph must serve. @throws UserError for outputs that are no numbers, or no answers */
  async search(sources: Sources, settings: SearchSettings, interruption: Interruption): Promise<Hypothesis[][]> {
    const { beams, batchSize } = settings;
    const between = pacer(interruption);
    const found: Hypothesis[][] = sources.map(() => []);
    for (const { sources: batch } of batchesByLength(sources, 1, Math.max(1, Math.floor(batchSize / beams)))) {
      await between();
      const hypotheses = await this.#run(
        batch.map((source) => sources[source] ?? []),
        settings,
      );
      for (const [row, source] of batch.entries()) found[source] = hypotheses[row] ?? [];
    }
    return found;
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }

  async #run(sources: Sources, settings: SearchSettings): Promise<Hypothesis[][]> {
    const { beams, maxLength, nBest } = settings;
    const outputs = await this.#session.run({
      ...sourceFeeds(sources),
      max_length: new Tensor("int32", Int32Array.of(maxLength), []),
      beams: new Tensor("int32", Int32Array.of(beams), []),
      length_penalty: new Tensor("float32", Float32Array.of(settings.lengthPenalty), []),
    });
    const ids = outputs["ids"]?.data as Int32Array;
    const lengths = outputs["lengths"]?.data as Int32Array;
    const scores = outputs["scores"]?.data as Float32Array;
    const width = ids.length / lengths.length;
    return sources.map((_, row) => {
      const hypotheses: Hypothesis[] = [];
      for (let at = row * beams; at < row * beams + nBest; at += 1) {
        const score = scores[at] as number;
        // Where there are fewer hypotheses than beams. A beam search leaves out what is no number, greedy search does not.
        if (score === -Infinity && at > row * beams) break;
        if (!Number.isFinite(score)) throw notFinite();
        const length = lengths[at] as number;
        const truncated = length === maxLength;
        const penalizedScore = score / lengthPenalty(truncated ? length : length + 1, settings.lengthPenalty);
        hypotheses.push({ ids: this.#read(ids.subarray(at * width, (at + 1) * width), length), score, penalizedScore, truncated });
      }
      return hypotheses;
    });
  }

  /** The ids of a hypothesis. The manifest says only of which type and rank they are. */
  #read(row: Int32Array, length: number): number[] {
    const ids = Array.from(row.subarray(0, Math.max(length, 0)));
    if (ids.length === length && ids.every((id) => id >= 0 && id < this.#vocabularySize)) return ids;
    throw new UserError(`${this.#where}: gives ids that are no tokens of the vocabulary; export the bundle again`);
  }
}
