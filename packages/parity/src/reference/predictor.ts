import type { ModelConfig } from "@s2s/runtime/manifest";
import { SourceEncoder } from "./encoder.ts";
import { type HeadAnswer, type TargetRow, headAnswer } from "./heads.ts";
import { type SourceExample, readSources } from "./inputs.ts";
import { linear } from "./linear.ts";
import { Parameters, type Weights } from "./parameters.ts";
import { type Vector, zerosLike } from "./vector.ts";

export interface PredictedExample {
  readonly source: SourceExample;
  /** Rows of the answer: [label], a [label] for each step, or the numbers of each step. */
  readonly target: readonly TargetRow[];
}

/**
 * Models that answer at once, in float64, one source at a time, written from the equations alone, forward and backward: what the graphs are
 * compared with. Only batch normalisation looks at several sources together, in training.
 */
export class PredictorReference {
  readonly #model: ModelConfig;
  readonly #parameters: Parameters;
  readonly #encoder: SourceEncoder;

  constructor(model: ModelConfig, weights: Weights) {
    this.#model = model;
    const parameters = new Parameters(weights);
    this.#parameters = parameters;
    this.#encoder = new SourceEncoder(parameters, model.encoder);
  }

  /** Probabilities [1][C] of a label, [S][C] of a label for each step, or numbers [steps][width]. */
  predict(source: SourceExample): readonly Vector[] {
    if (this.#feedsBack) return this.#feedBack(source as readonly Vector[]);
    return this.#answer([{ source }], false).answers[0].rows;
  }

  /** Summed loss of all examples; in training batch normalisation goes by the moments of the batch. */
  loss(examples: readonly PredictedExample[], training: boolean, smoothing = 0): number {
    if (this.#feedsBack && !training)
      return examples.reduce((total, { source, target }) => total + squaredError(this.predict(source), target), 0);
    const { answers } = this.#answer(examples, training);
    return answers.reduce((total, { loss }, n) => total + loss(examples[n].target, smoothing), 0);
  }

  /** The gradient of `loss` in training with respect to every parameter. */
  gradients(examples: readonly PredictedExample[], smoothing = 0): Map<string, Vector> {
    const { back } = this.#answer(examples, true);
    back(
      examples.map(({ target }) => target),
      smoothing,
    );
    return this.#parameters.takeGradients();
  }

  get #feedsBack(): boolean {
    const { output } = this.#model;
    return output.kind === "numbers" && output.mode === "recursive";
  }

  /** Numbers that are fed back are the true ones of a target: teacher forcing. */
  #answer(examples: readonly { readonly source: SourceExample; readonly target?: readonly TargetRow[] }[], training: boolean) {
    const { input, encoder, output } = this.#model;
    const read = readSources(
      this.#parameters,
      input,
      examples.map(({ source }) => source),
      training,
    );
    const views = read.xs.map((xs, n) => {
      const known = this.#feedsBack ? (examples[n].target ?? []).slice(0, -1) : [];
      return this.#encoder.encode([...xs, ...known.map((row) => this.#after(xs.at(-1)!, row))], read.parts?.[n] ?? null);
    });
    const answers: HeadAnswer[] = views.map(({ outputs, summary }) =>
      headAnswer(this.#parameters, output, { outputs, summary, sequence: encoder !== null }),
    );
    return {
      answers,
      back(targets: readonly PredictedExample["target"][], smoothing: number): void {
        const dxs = answers.map(({ back }, n) => {
          const { dOutputs, dSummary } = back(targets[n], smoothing);
          const none = views[n].finals.map((parts) => parts.map(zerosLike));
          return views[n].back(dOutputs, dSummary, none).dxs;
        });
        read.back(dxs);
      },
    };
  }

  /** Numbers one at a time, from all that was read before. */
  #feedBack(source: readonly Vector[]): Vector[] {
    const { output } = this.#model;
    if (output.kind !== "numbers") throw new Error(`${output.kind} are not fed back`);
    const [{ length }, xs] = [source, [...source]];
    while (xs.length < length + output.steps) {
      const { summary } = this.#encoder.encode(xs, null);
      xs.push(this.#after(source.at(-1)!, linear(this.#parameters, "output.readout", summary).y));
    }
    return xs.slice(length).map((x) => Float64Array.from(output.indices, (column) => x[column]));
  }

  /** What is read after numbers were said: they in their columns, the others as they were at last. */
  #after(last: Vector, said: TargetRow): Vector {
    const { output } = this.#model;
    const columns = output.kind === "numbers" ? output.indices : [];
    return last.map((value, column) => (columns.includes(column) ? said[columns.indexOf(column)] : value));
  }
}

const squaredError = (rows: readonly Vector[], target: readonly TargetRow[]): number =>
  rows.reduce((total, row, t) => total + row.reduce((part, value, k) => part + (value - target[t][k]) ** 2, 0), 0);
