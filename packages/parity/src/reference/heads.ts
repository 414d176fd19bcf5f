import type { OutputConfig, OutputOf, Pooling } from "@s2s/runtime/manifest";
import { crossEntropy, crossEntropyGradient, logSoftmax } from "./cross-entropy.ts";
import { linear } from "./linear.ts";
import type { Parameters } from "./parameters.ts";
import { type Vector, dot, scaled, zerosLike } from "./vector.ts";

/** What a head is given of a source, and the gradients that it gives back. */
export interface HeadView {
  /** The last layer's output at every step; of a source without steps its one vector. */
  readonly outputs: readonly Vector[];
  readonly summary: Vector;
  /** Whether the source has steps. */
  readonly sequence: boolean;
}

/** A label alone, or the numbers of a step. */
export type TargetRow = readonly number[] | Vector;

export interface HeadAnswer {
  /** Probabilities, or numbers: of each step. */
  readonly rows: readonly Vector[];
  readonly loss: (target: readonly TargetRow[], smoothing: number) => number;
  readonly back: (target: readonly TargetRow[], smoothing: number) => { readonly dOutputs: readonly Vector[]; readonly dSummary: Vector };
}

const zeros = (xs: readonly Vector[]): Vector[] => xs.map(({ length }) => new Float64Array(length));

/** [W] from the steps, and back. */
const POOLINGS: Readonly<Record<Exclude<Pooling, "last">, (outputs: readonly Vector[]) => { y: Vector; back: (dy: Vector) => Vector[] }>> =
  {
    mean: (outputs) => ({
      y: outputs[0].map((_, j) => outputs.reduce((total, x) => total + x[j], 0) / outputs.length),
      back: (dy) => outputs.map(() => dy.map((value) => value / outputs.length)),
    }),
    max(outputs) {
      const largest = Array.from(outputs[0], (_, j) => outputs.reduce((best, x, t) => (x[j] > outputs[best][j] ? t : best), 0));
      return {
        y: Float64Array.from(largest, (t, j) => outputs[t][j]),
        back(dy) {
          const d = zeros(outputs);
          for (const [j, t] of largest.entries()) d[t][j] = dy[j];
          return d;
        },
      };
    },
  };

/** Heads whose answer comes from the encoder alone; a target is the rows that `rows` should be: a label's is [label]. */
export function headAnswer(parameters: Parameters, config: OutputConfig, view: HeadView): HeadAnswer {
  switch (config.kind) {
    case "label":
      return label(parameters, config, view);
    case "labels":
      return labels(parameters, view);
    case "numbers":
      return numbers(parameters, config, view);
    default:
      throw new Error(`${config.kind} are not answered at once`);
  }
}

function label(parameters: Parameters, { pooling }: OutputOf<"label">, { outputs, summary, sequence }: HeadView): HeadAnswer {
  const pooled = sequence && pooling !== "last" ? POOLINGS[pooling](outputs) : null;
  const { y, back } = linear(parameters, "output.readout", pooled?.y ?? summary);
  return {
    rows: [logSoftmax(y).map(Math.exp)],
    loss: ([[id]], smoothing) => crossEntropy(y, id, smoothing),
    back([[id]], smoothing) {
      const d = back(crossEntropyGradient(y, id, smoothing));
      return { dOutputs: pooled?.back(d) ?? zeros(outputs), dSummary: pooled ? new Float64Array(summary.length) : d };
    },
  };
}

function labels(parameters: Parameters, { outputs, summary }: HeadView): HeadAnswer {
  const steps = outputs.map((x) => linear(parameters, "output.readout", x));
  return {
    rows: steps.map(({ y }) => logSoftmax(y).map(Math.exp)),
    loss: (target, smoothing) => steps.reduce((total, { y }, t) => total + crossEntropy(y, target[t][0], smoothing), 0),
    back: (target, smoothing) => ({
      dOutputs: steps.map(({ y, back }, t) => back(crossEntropyGradient(y, target[t][0], smoothing))),
      dSummary: new Float64Array(summary.length),
    }),
  };
}

function numbers(parameters: Parameters, config: OutputOf<"numbers">, view: HeadView): HeadAnswer {
  return config.mode === "recursive" ? numbersOfSteps(parameters, config, view) : numbersAtOnce(parameters, config, view);
}

/** The source was read on to the step before the last: the outputs of as many steps as there are to say are read out. */
function numbersOfSteps(parameters: Parameters, { steps }: OutputOf<"numbers">, { outputs, summary }: HeadView): HeadAnswer {
  const said = outputs.slice(-steps).map((h) => linear(parameters, "output.readout", h));
  const errors = (target: readonly TargetRow[]): Vector[] => said.map(({ y }, t) => y.map((value, k) => value - target[t][k]));
  return {
    rows: said.map(({ y }) => y),
    loss: (target) => errors(target).reduce((total, error) => total + dot(error, error), 0),
    back: (target) => ({
      dOutputs: [...zeros(outputs.slice(0, -steps)), ...errors(target).map((error, t) => said[t].back(scaled(error, 2)))],
      dSummary: zerosLike(summary),
    }),
  };
}

function numbersAtOnce(parameters: Parameters, { steps, width }: OutputOf<"numbers">, { outputs, summary }: HeadView): HeadAnswer {
  const { y, back } = linear(parameters, "output.readout", summary);
  const error = (target: readonly TargetRow[]): Vector => y.map((value, k) => value - target[Math.floor(k / width)][k % width]);
  return {
    rows: Array.from({ length: steps }, (_, t) => y.slice(t * width, (t + 1) * width)),
    loss: (target) => error(target).reduce((total, e) => total + e ** 2, 0),
    back: (target) => ({ dOutputs: zeros(outputs), dSummary: back(error(target).map((e) => 2 * e)) }),
  };
}
