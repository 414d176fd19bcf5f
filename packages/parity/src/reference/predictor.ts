import type { ModelConfig } from "@s2s/runtime/manifest";
import { type State, zeroState } from "./cell.ts";
import { REFERENCE_CELLS } from "./cells.ts";
import { type HeadAnswer, type TargetRow, headAnswer } from "./heads.ts";
import { type SourceExample, readSources } from "./inputs.ts";
import { linear } from "./linear.ts";
import { Parameters, type Weights } from "./parameters.ts";
import { type Layer, runStack, stepStack } from "./stack.ts";
import { type Vector, addTo, concat } from "./vector.ts";

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
  readonly #layers: readonly Layer[];

  constructor(model: ModelConfig, weights: Weights) {
    this.#model = model;
    const parameters = new Parameters(weights);
    this.#parameters = parameters;
    const { encoder } = model;
    this.#layers = Array.from({ length: encoder?.layers ?? 0 }, (_, layer): Layer => {
      const make = REFERENCE_CELLS[encoder!.cell];
      const forward = make(parameters, `encoder.layers.${layer}`);
      return encoder!.bidirectional ? [forward, make(parameters, `encoder.layers.${layer}.backward`)] : [forward];
    });
  }

  /** Probabilities [1][C] of a label, [S][C] of a label for each step, or numbers [steps][width]. */
  predict(source: SourceExample): readonly Vector[] {
    const { output } = this.#model;
    if (output.kind === "numbers" && output.mode === "recursive") return this.#feedBack(source as readonly Vector[]);
    return this.#answer([source], false).answers[0].rows;
  }

  /** Summed loss of all examples; in training batch normalisation goes by the moments of the batch. */
  loss(examples: readonly PredictedExample[], training: boolean, smoothing = 0): number {
    const { answers } = this.#answer(
      examples.map(({ source }) => source),
      training,
    );
    return answers.reduce((total, { loss }, n) => total + loss(examples[n].target, smoothing), 0);
  }

  /** The gradient of `loss` in training with respect to every parameter. */
  gradients(examples: readonly PredictedExample[], smoothing = 0): Map<string, Vector> {
    const { back } = this.#answer(
      examples.map(({ source }) => source),
      true,
    );
    back(
      examples.map(({ target }) => target),
      smoothing,
    );
    return this.#parameters.takeGradients();
  }

  #answer(sources: readonly SourceExample[], training: boolean) {
    const { input, encoder, output } = this.#model;
    const read = readSources(this.#parameters, input, sources, training);
    const turn = <T>(steps: readonly T[]): readonly T[] => (encoder?.reverseSource ? steps.toReversed() : steps);
    const views = read.xs.map((xs) => {
      if (!encoder) return { outputs: xs, summary: xs[0], half: xs[0].length, stack: null };
      const stack = runStack(this.#layers, turn(xs), encoder.residual);
      const half = encoder.hidden;
      const summary = concat(stack.outputs.at(-1)!.slice(0, half), stack.outputs[0].slice(half));
      return { outputs: turn(stack.outputs), summary, half, stack };
    });
    const answers: HeadAnswer[] = views.map(({ outputs, summary }) =>
      headAnswer(this.#parameters, output, { outputs, summary, sequence: encoder !== null }),
    );
    return {
      answers,
      back(targets: readonly PredictedExample["target"][], smoothing: number): void {
        const dxs = answers.map(({ back }, n) => {
          const { dOutputs, dSummary } = back(targets[n], smoothing);
          const { stack, half } = views[n];
          if (!stack) return [dSummary];
          const d = turn(dOutputs);
          addTo(d.at(-1)!, dSummary.subarray(0, half));
          addTo(d[0], dSummary.subarray(half), half);
          const none = stack.finals.map((parts) => parts.map(({ length }) => new Float64Array(length)));
          return turn(stack.back(d, none));
        });
        read.back(dxs);
      },
    };
  }

  /** Numbers one at a time: what was said goes to its columns of the next step's input, the others stay as they were at last. */
  #feedBack(source: readonly Vector[]): Vector[] {
    const { output, encoder } = this.#model;
    if (output.kind !== "numbers") throw new Error(`${output.kind} are not fed back`);
    const cells = this.#layers.map(([cell]) => cell);
    let states: readonly State[] = cells.map(zeroState);
    let h: Vector = new Float64Array();
    const readOn = (x: Vector): void => {
      const step = stepStack(cells, x, states, encoder!.residual);
      ({ states } = step);
      h = step.output;
    };
    for (const x of source) readOn(x);
    return Array.from({ length: output.steps }, (_, t) => {
      const said = linear(this.#parameters, "output.readout", h).y;
      if (t < output.steps - 1)
        readOn(source.at(-1)!.map((value, column) => (output.indices.includes(column) ? said[output.indices.indexOf(column)] : value)));
      return said;
    });
  }
}
