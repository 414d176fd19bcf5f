import type { Bundle } from "../bundle.ts";
import { UserError } from "../errors.ts";
import type { Source } from "../model-source.ts";
import { openGraph } from "../open-graph.ts";
import type { Session, SessionOptions } from "../ort.ts";
import { batchesByLength } from "../search/batches.ts";
import { notFinite } from "../search/logits.ts";
import { requireNumber, SEARCH_NUMBERS } from "../search/options.ts";
import { pacer } from "../search/pacer.ts";
import type { ScoreOptions } from "../search/score.ts";
import { sourceFeeds } from "../source-feeds.ts";
import { mean } from "./ensemble.ts";
import { disposeEach, type Members, openEach } from "./members.ts";

/** predict.onnx of each member: what gives its whole output in one run. */
export class PredictGraphs {
  readonly #members: readonly PredictGraph[];

  private constructor(members: readonly PredictGraph[]) {
    this.#members = members;
  }

  /** @throws UserError as `openGraph` */
  static async open(members: Members, options: SessionOptions): Promise<PredictGraphs> {
    return new PredictGraphs(await openEach(members, (bundle) => PredictGraph.open(bundle, options)));
  }

  /**
   * The output of each source, row-major without padding; of an ensemble the mean.
   * @throws UserError for outputs that are no numbers
   */
  async run(
    sources: readonly Source[],
    { batchSize = SEARCH_NUMBERS.batchSize.default, ...interruption }: ScoreOptions,
  ): Promise<Float32Array[]> {
    requireNumber("batchSize", batchSize);
    const between = pacer(interruption);
    const found: Float32Array[] = sources.map(() => new Float32Array(0));
    for (const { sources: batch } of batchesByLength(sources, 1, batchSize)) {
      await between();
      const rows = batch.map((source) => sources[source] as Source);
      const outputs: Float32Array[][] = [];
      for (const member of this.#members) outputs.push(await member.run(rows));
      for (const [row, source] of batch.entries()) {
        const each = outputs.map((output) => output[row] as Float32Array);
        found[source] = each.length === 1 ? (each[0] as Float32Array) : mean(each);
      }
    }
    return found;
  }

  async dispose(): Promise<void> {
    await disposeEach(this.#members);
  }
}

class PredictGraph {
  readonly #session: Session;
  readonly #output: string;
  /** Whether there is an output for each step, so that some of it is padding. */
  readonly #stepwise: boolean;

  private constructor(session: Session, output: string, stepwise: boolean) {
    this.#session = session;
    this.#output = output;
    this.#stepwise = stepwise;
  }

  static async open(bundle: Bundle, options: SessionOptions): Promise<PredictGraph> {
    const { predict } = bundle.variant.graphs;
    const output = predict?.outputs[0]?.name;
    if (predict === undefined || output === undefined) {
      const where = bundle.files.locate(Object.values(bundle.variant.graphs)[0]?.file ?? "");
      throw new UserError(`${where}: holds no graph that predicts; export the model again`);
    }
    return new PredictGraph(await openGraph(bundle, predict, options), output, bundle.manifest.model.output.kind === "labels");
  }

  async run(sources: readonly Source[]): Promise<Float32Array[]> {
    const outputs = await this.#session.run(sourceFeeds(sources));
    const data = outputs[this.#output]?.data as Float32Array;
    const size = data.length / sources.length;
    const longest = this.#stepwise ? sources.reduce((most, { length }) => Math.max(most, length), 0) : 1;
    return sources.map(({ length }, row) => {
      const own = data.subarray(row * size, row * size + (size / longest) * (this.#stepwise ? length : 1));
      if (!own.every(Number.isFinite)) throw notFinite();
      return own;
    });
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }
}
