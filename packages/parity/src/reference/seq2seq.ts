import { type CellName, isSeq2Seq, type ModelConfig, type Seq2SeqConfig } from "@s2s/runtime/manifest";
import { handOver } from "./bridge.ts";
import { type Cell, type State, zeroState } from "./cell.ts";
import { REFERENCE_CELLS } from "./cells.ts";
import { crossEntropy, crossEntropyGradient } from "./cross-entropy.ts";
import { embedding } from "./embedding.ts";
import { linear } from "./linear.ts";
import { Parameters, type Weights } from "./parameters.ts";
import { type Layer, runStack, stepStack } from "./stack.ts";
import type { Vector } from "./vector.ts";

/** The states of the decoder's layers. */
export type DecoderStates = readonly State[];

/** Ids; the target ends with `</s>` as the source does. */
export interface IdPair {
  readonly source: readonly number[];
  readonly target: readonly number[];
}

const START = 2;

/**
 * The encoder-decoder in float64, one sentence at a time, written from the equations alone, forward and backward: what the graphs are
 * compared with. It shares no code with them: neither padding nor batches, nor a derived gradient.
 */
export class Reference {
  readonly vocabularySize: number;
  readonly #model: Seq2SeqConfig;
  readonly #parameters: Parameters;
  readonly #encoder: readonly Layer[];
  readonly #decoder: readonly Cell[];

  constructor(model: ModelConfig, weights: Weights) {
    if (!isSeq2Seq(model)) throw new Error(`a model from ${model.input.kind} to ${model.output.kind} is no encoder-decoder of tokens`);
    this.#model = model;
    this.vocabularySize = model.output.vocabulary;
    const parameters = new Parameters(weights);
    this.#parameters = parameters;
    const { encoder, output: decoder } = model;
    const make = ({ cell }: { readonly cell: CellName }, name: string): Cell => REFERENCE_CELLS[cell](parameters, name);
    this.#encoder = Array.from({ length: encoder.layers }, (_, layer): Layer => {
      const forward = make(encoder, `encoder.layers.${layer}`);
      return encoder.bidirectional ? [forward, make(encoder, `encoder.layers.${layer}.backward`)] : [forward];
    });
    this.#decoder = Array.from({ length: decoder.layers }, (_, layer) => make(decoder, `decoder.layers.${layer}`));
  }

  /** The decoder's first states, from a source's ids. */
  start(source: readonly number[]): DecoderStates {
    return this.#start(source).states;
  }

  /** Feeds one id: logits [V] and the states after it. */
  step(id: number, states: DecoderStates): { readonly logits: Vector; readonly states: DecoderStates } {
    return this.#step(id, states);
  }

  /** Logits [T][V] of the decoder under teacher forcing. */
  logits(source: readonly number[], targetInput: readonly number[]): Vector[] {
    let states = this.start(source);
    return targetInput.map((id) => {
      const step = this.step(id, states);
      ({ states } = step);
      return step.logits;
    });
  }

  /** Sum of the cross-entropies (nats) over the tokens of all targets. */
  loss(pairs: readonly IdPair[], smoothing = 0): number {
    let loss = 0;
    for (const { source, target } of pairs) {
      const rows = this.logits(source, [START, ...target.slice(0, -1)]);
      for (const [t, row] of rows.entries()) loss += crossEntropy(row, target[t], smoothing);
    }
    return loss;
  }

  /** The gradient of `loss` with respect to every parameter, by backpropagation through time. */
  gradients(pairs: readonly IdPair[], smoothing = 0): Map<string, Vector> {
    for (const { source, target } of pairs) {
      const start = this.#start(source);
      let states: DecoderStates = start.states;
      const steps = target.map((_, t) => {
        const step = this.#step(t === 0 ? START : target[t - 1], states);
        ({ states } = step);
        return step;
      });
      let dStates: DecoderStates = this.#decoder.map(zeroState);
      for (let t = steps.length - 1; t >= 0; t -= 1) {
        dStates = steps[t].back(crossEntropyGradient(steps[t].logits, target[t], smoothing), dStates);
      }
      start.back(dStates);
    }
    return this.#parameters.takeGradients();
  }

  #start(source: readonly number[]) {
    const { encoder, output } = this.#model;
    const ids = encoder.reverseSource ? source.toReversed() : source;
    const embedded = ids.map((id) => embedding(this.#parameters, "encoder.embedding", id));
    const stack = runStack(
      this.#encoder,
      embedded.map(({ y }) => y),
      encoder.residual,
    );
    const { states, back } = handOver(this.#parameters, output.bridge, stack, this.#encoder[0][0].parts, this.#decoder);
    return {
      states,
      back: (dStates: DecoderStates): void => {
        const { dOutputs, dFinals } = back(dStates);
        for (const [t, dx] of stack.back(dOutputs, dFinals).entries()) embedded[t].back(dx);
      },
    };
  }

  #step(id: number, before: DecoderStates) {
    const embedded = embedding(this.#parameters, "decoder.embedding", id);
    const step = stepStack(this.#decoder, embedded.y, before, this.#model.output.residual);
    const readout = linear(this.#parameters, "decoder.readout", step.output);
    return {
      logits: readout.y,
      states: step.states,
      /** From the gradients of logits and next states to those of the states before. */
      back: (dLogits: Vector, dNext: DecoderStates): DecoderStates => {
        const { dx, dStates } = step.back(readout.back(dLogits), dNext);
        embedded.back(dx);
        return dStates;
      },
    };
  }
}
