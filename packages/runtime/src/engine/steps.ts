import type { Bundle } from "../bundle.ts";
import type { SessionOptions } from "../ort.ts";
import type { Hypothesis } from "../search/hypothesis.ts";
import type { SearchOptions } from "../search/options.ts";
import { scoreTargets, type ScoreOptions, type TargetScore } from "../search/score.ts";
import { search } from "../search/search.ts";
import { Seq2Seq } from "../seq2seq.ts";

type Ids = readonly (readonly number[])[];

/** Encoder and decoder of a bundle, and what is done with them step by step. */
export class Steps {
  readonly #graphs: Seq2Seq;

  private constructor(graphs: Seq2Seq) {
    this.#graphs = graphs;
  }

  /** @throws UserError as `Seq2Seq.open` */
  static async open(bundle: Bundle, options: SessionOptions): Promise<Steps> {
    return new Steps(await Seq2Seq.open(bundle, options));
  }

  async search(sources: Ids, options: SearchOptions): Promise<Hypothesis[][]> {
    return search(this.#graphs, sources, options);
  }

  async score(sources: Ids, targets: Ids, options: ScoreOptions): Promise<TargetScore[]> {
    return scoreTargets(this.#graphs, sources, targets, options);
  }

  async dispose(): Promise<void> {
    await this.#graphs.dispose();
  }
}
