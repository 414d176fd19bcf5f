import type { ModelConfig, OutputOf } from "@s2s/runtime/manifest";
import { type Attended, attend } from "./attention.ts";
import { handOver } from "./bridge.ts";
import { type Cell, type State, zeroState } from "./cell.ts";
import { REFERENCE_CELLS } from "./cells.ts";
import { SourceEncoder } from "./encoder.ts";
import { type SourceExample, readSources } from "./inputs.ts";
import { affine, product } from "./linear.ts";
import { type Point, density } from "./mixture.ts";
import { Parameters, type Weights } from "./parameters.ts";
import { stepStack } from "./stack.ts";
import { type Vector, addTo, sum, zerosLike } from "./vector.ts";

export interface Drawing {
  /** Of a model with a source. */
  readonly source?: SourceExample;
  readonly points: readonly Point[];
}

interface States {
  readonly cells: readonly State[];
  /** What was looked at in the step before, of a decoder that attends. */
  readonly context: Vector | null;
}

/**
 * Drawing in float64, one drawing and one point at a time, from the equations, forward and backward: h = cells(point, context before),
 * context = attend(h), o = tanh(h wh + context wc + b) where the decoder attends, else o = h; the density of the next point is made from o.
 * Each point is read before the next one is drawn; the first is drawn after (0, 0, 0).
 */
export class StrokeReference {
  readonly #model: ModelConfig;
  readonly #config: OutputOf<"strokes">;
  readonly #parameters: Parameters;
  readonly #encoder: SourceEncoder;
  readonly #cells: readonly Cell[];

  constructor(model: ModelConfig, weights: Weights) {
    const { output, encoder } = model;
    if (output.kind !== "strokes") throw new Error(`a model that gives ${output.kind} draws no strokes`);
    this.#model = model;
    this.#config = output;
    const parameters = new Parameters(weights);
    this.#parameters = parameters;
    this.#encoder = new SourceEncoder(parameters, encoder);
    this.#cells = Array.from({ length: output.layers }, (_, layer) => REFERENCE_CELLS[output.cell](parameters, `decoder.layers.${layer}`));
  }

  /** What a source hands over to the decoder's layers: nothing where there is none. */
  handedOver(source: SourceExample): Vector[] {
    return this.#model.input.kind === "none" ? [] : this.#start(source).states.flat();
  }

  /** The density of each point of a drawing, given those before it. */
  densities(drawing: Drawing): Vector[] {
    return this.#draw(drawing).steps.map(({ next }) => next.y);
  }

  /** Summed negative log-likelihood of all points, in nats. */
  loss(drawings: readonly Drawing[]): number {
    return drawings.reduce(
      (total, drawing) => total + this.#draw(drawing).steps.reduce((part, { next }, t) => part + next.loss(drawing.points[t]), 0),
      0,
    );
  }

  /** The gradient of `loss` with respect to every parameter. */
  gradients(drawings: readonly Drawing[]): Map<string, Vector> {
    for (const drawing of drawings) {
      const { steps, start, attended } = this.#draw(drawing);
      let d: States = { cells: this.#cells.map(zeroState), context: attended && zerosLike(start.context!) };
      for (let t = steps.length - 1; t >= 0; t -= 1) d = steps[t].back(steps[t].next.back(drawing.points[t]), d);
      start.back(d.cells, attended?.back() ?? null);
    }
    return this.#parameters.takeGradients();
  }

  #draw({ source, points }: Drawing) {
    const start = this.#start(source);
    const { attention } = this.#config;
    const attended = attention === "none" ? null : attend(this.#parameters, "decoder.attention", attention, false, start.outputs!);
    let before: States = { cells: start.states, context: start.context };
    const steps = points.map((_, t) => {
      const step = this.#step(Float64Array.from(t === 0 ? [0, 0, 0] : points[t - 1]), before, attended);
      before = step.states;
      return step;
    });
    return { steps, start, attended };
  }

  #step(point: Vector, { cells, context }: States, attended: Attended | null) {
    const parameters = this.#parameters;
    const entered = context && product(parameters, context, "decoder.context.w");
    const stack = stepStack(this.#cells, point, cells, false, entered?.y);
    const asked = attended?.ask(stack.output, null) ?? null;
    const terms =
      asked &&
      affine(
        parameters,
        [
          [stack.output, "decoder.output.wh"],
          [asked.context, "decoder.output.wc"],
        ],
        "decoder.output.b",
      );
    const o = terms ? terms.y.map(Math.tanh) : stack.output;
    return {
      next: density(parameters, "decoder.mixture", o),
      states: { cells: stack.states, context: asked && asked.context } satisfies States,
      /** From the gradients of o and of the next states to those of the states before. */
      back(dOutput: Vector, dNext: States): States {
        if (!terms || !asked) return { cells: stack.back(dOutput, dNext.cells).dStates, context: null };
        const [dh, dc] = terms.back(dOutput.map((value, j) => value * (1 - o[j] ** 2)));
        const { dQuery } = asked.back(zerosLike(asked.weights), sum(dc, dNext.context!));
        const done = stack.back(sum(dh, dQuery), dNext.cells);
        return { cells: done.dStates, context: entered!.back(done.dExtra) };
      },
    };
  }

  #start(source: SourceExample | undefined) {
    const { input } = this.#model;
    if (!source || input.kind === "none") return { states: this.#cells.map(zeroState), outputs: null, context: null, back: (): void => {} };
    const read = readSources(this.#parameters, input, [source], true);
    const { outputs, summary, finals, parts, back: toSource } = this.#encoder.encode(read.xs[0], read.parts?.[0] ?? null);
    const { states, back } = handOver(this.#parameters, "linear", { outputs, finals }, parts, this.#cells);
    return {
      states,
      outputs,
      context: this.#config.attention === "none" ? null : zerosLike(outputs[0]),
      back(dCells: readonly State[], dAttended: readonly Vector[] | null): void {
        const { dOutputs, dFinals } = back(dCells);
        for (const [i, d] of (dAttended ?? []).entries()) addTo(dOutputs[i], d);
        const { dxs, dParts } = toSource(dOutputs, zerosLike(summary), dFinals);
        read.back([dxs], read.parts && [dParts]);
      },
    };
  }
}
