import type { Bundle } from "../bundle.ts";
import { MIXTURE, STROKE } from "../graph-forms.ts";
import type { Source } from "../model-source.ts";
import { Tensor, type SessionOptions } from "../ort.ts";
import { drawPoint, type Point, type StrokeSampling } from "../predict/point.ts";
import { batchesByLength } from "../search/batches.ts";
import { notFinite } from "../search/logits.ts";
import type { Interruption } from "../search/options.ts";
import { pacer } from "../search/pacer.ts";
import { uniformDraws } from "../search/sampler.ts";
import { StepGraphs } from "../step-graphs.ts";

/** Draws a point takes: its component, two for its place, its pen. */
const DRAWS = 4;
const NUMBERS = 3;
/** What comes before the first point: the pen is where it is, lifted. */
const START: Point = [0, 0, 1];

export interface DrawOptions extends StrokeSampling, Interruption {
  /** Most points. */
  readonly maxLength: number;
  readonly seed: number;
  readonly batchSize: number;
}

/** Encoder and decoder of a model that draws. */
export class StrokeGraphs {
  readonly #graphs: StepGraphs;

  private constructor(graphs: StepGraphs) {
    this.#graphs = graphs;
  }

  /** @throws UserError as `StepGraphs.open` */
  static async open(bundle: Bundle, options: SessionOptions): Promise<StrokeGraphs> {
    return new StrokeGraphs(await StepGraphs.open(bundle, options));
  }

  /**
   * A drawing for each source, a function of source and seed alone. It ends where the model ends it, or after
   * `maxLength` points.
   * @throws UserError for outputs that are no numbers
   */
  async draw(sources: readonly Source[], { batchSize, ...options }: DrawOptions): Promise<Point[][]> {
    const found: Point[][] = sources.map(() => []);
    const between = pacer(options);
    for (const { sources: batch } of batchesByLength(sources, 1, batchSize)) {
      await between();
      const rows = batch.map((source) => {
        const own = sources[source] ?? [];
        return { points: found[source] as Point[], uniform: uniformDraws(options.seed, own, 0) };
      });
      await this.#drawBatch(
        batch.map((source) => sources[source] ?? []),
        rows,
        options,
        between,
      );
    }
    return found;
  }

  async #drawBatch(
    sources: readonly Source[],
    rows: readonly Row[],
    options: Omit<DrawOptions, "batchSize">,
    between: () => Promise<void> | undefined,
  ): Promise<void> {
    let states = await this.#graphs.start(sources);
    let open = rows;
    for (let at = 0; open.length > 0; at += 1) {
      const pause = between();
      if (pause !== undefined) await pause;
      const before = Float32Array.from(open.flatMap(({ points }) => points.at(-1) ?? START));
      const { outputs, states: next } = await this.#graphs.step(
        { [STROKE]: new Tensor("float32", before, [open.length, NUMBERS]) },
        states,
      );
      const densities = outputs[MIXTURE]?.data as Float32Array;
      const goesOn: number[] = [];
      for (const [row, { points, uniform }] of open.entries()) {
        const density = rowOf(densities, row, open.length);
        if (!density.every(Number.isFinite)) throw notFinite();
        const { point, ends } = drawPoint(density, options, (draw) => uniform(at * DRAWS + draw));
        points.push(point);
        if (points.length < options.maxLength && !ends) goesOn.push(row);
      }
      states = goesOn.length === open.length || goesOn.length === 0 ? next : this.#graphs.select(next, goesOn);
      open = goesOn.map((row) => open[row] as Row);
    }
  }

  async dispose(): Promise<void> {
    await this.#graphs.dispose();
  }
}

interface Row {
  readonly points: Point[];
  readonly uniform: (step: number) => number;
}

const rowOf = (data: Float32Array, row: number, rows: number): Float32Array =>
  data.subarray((row * data.length) / rows, ((row + 1) * data.length) / rows);
