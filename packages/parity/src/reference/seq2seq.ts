import { isSeq2Seq, type ModelConfig, type Seq2SeqConfig } from "@s2s/runtime/manifest";
import { type Cell, type State, zeroState } from "./cell.ts";
import { crossEntropy, crossEntropyGradient } from "./cross-entropy.ts";
import { embedding } from "./embedding.ts";
import { linear } from "./linear.ts";
import { lstmCell } from "./lstm.ts";
import { Parameters, type Weights } from "./parameters.ts";
import { type Layer, runStack } from "./stack.ts";
import { type Vector, addTo } from "./vector.ts";

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
    this.#encoder = Array.from({ length: encoder.layers }, (_, layer): Layer => {
      const forward = lstmCell(parameters, `encoder.layers.${layer}`);
      return encoder.bidirectional ? [forward, lstmCell(parameters, `encoder.layers.${layer}.backward`)] : [forward];
    });
    this.#decoder = Array.from({ length: decoder.layers }, (_, layer) => lstmCell(parameters, `decoder.layers.${layer}`));
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
    const { encoder: e } = this.#model;
    const ids = e.reverseSource ? source.toReversed() : source;
    const embedded = ids.map((id) => embedding(this.#parameters, "encoder.embedding", id));
    const stack = runStack(
      this.#encoder,
      embedded.map(({ y }) => y),
    );
    const first = this.#decoder.map(({ hidden }, layer) => {
      // The top layers meet; a deeper decoder's lowest layers share the encoder's lowest.
      const from = Math.max(0, layer + this.#encoder.length - this.#decoder.length);
      const parts = stack.finals[from].map((part, i) => {
        if (part.length === hidden) return { y: part, back: (dy: Vector) => dy };
        return linear(this.#parameters, `bridge.${layer}.${this.#decoder[layer].parts[i]}`, part);
      });
      return { from, parts };
    });
    return {
      states: first.map(({ parts }) => parts.map(({ y }) => y)),
      back: (dStates: DecoderStates): void => {
        const dFinals = stack.finals.map((parts) => parts.map((part) => new Float64Array(part.length)));
        for (const [layer, { from, parts }] of first.entries()) {
          for (const [i, { back }] of parts.entries()) addTo(dFinals[from][i], back(dStates[layer][i]));
        }
        const dOutputs = stack.outputs.map(({ length }) => new Float64Array(length));
        for (const [t, dx] of stack.back(dOutputs, dFinals).entries()) embedded[t].back(dx);
      },
    };
  }

  #step(id: number, states: DecoderStates) {
    const embedded = embedding(this.#parameters, "decoder.embedding", id);
    let x = embedded.y;
    const steps = this.#decoder.map((cell, layer) => {
      const step = cell.step(x, states[layer]);
      [x] = step.state;
      return step;
    });
    const readout = linear(this.#parameters, "decoder.readout", x);
    return {
      logits: readout.y,
      states: steps.map(({ state }) => state),
      /** From the gradients of logits and next states to those of the states before. */
      back: (dLogits: Vector, dNext: DecoderStates): DecoderStates => {
        let dx = readout.back(dLogits);
        const before: State[] = [];
        for (let layer = steps.length - 1; layer >= 0; layer -= 1) {
          const [dh, ...rest] = dNext[layer];
          const done = steps[layer].back([dh.map((value, j) => value + dx[j]), ...rest]);
          before[layer] = done.dState;
          ({ dx } = done);
        }
        embedded.back(dx);
        return before;
      },
    };
  }
}
