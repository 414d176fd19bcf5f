import { isSeq2Seq, type ModelConfig, type Seq2SeqConfig } from "@s2s/runtime/manifest";
import { handOver } from "./bridge.ts";
import type { Cell } from "./cell.ts";
import { REFERENCE_CELLS } from "./cells.ts";
import { crossEntropy, crossEntropyGradient } from "./cross-entropy.ts";
import { embedding } from "./embedding.ts";
import { Parameters, type Weights } from "./parameters.ts";
import { type Layer, runStack } from "./stack.ts";
import { type DecoderState, type DecoderStep, type Look, TokenDecoder } from "./token-decoder.ts";
import { type Vector, addTo, concat, scaled, zerosLike } from "./vector.ts";

/** What a decoder of one source knows: what it hands from step to step, and the source as it looks at it. */
export interface DecoderStates {
  readonly state: DecoderState;
  readonly look: Look;
}

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
  readonly #decoder: TokenDecoder;

  constructor(model: ModelConfig, weights: Weights) {
    if (!isSeq2Seq(model)) throw new Error(`a model from ${model.input.kind} to ${model.output.kind} is no encoder-decoder of tokens`);
    this.#model = model;
    this.vocabularySize = model.output.vocabulary;
    const parameters = new Parameters(weights);
    this.#parameters = parameters;
    const { encoder } = model;
    const make = (name: string): Cell => REFERENCE_CELLS[encoder.cell](parameters, name);
    this.#encoder = Array.from({ length: encoder.layers }, (_, layer): Layer => {
      const forward = make(`encoder.layers.${layer}`);
      return encoder.bidirectional ? [forward, make(`encoder.layers.${layer}.backward`)] : [forward];
    });
    this.#decoder = new TokenDecoder(parameters, model.output);
  }

  /** Before the first token, from a source's ids. */
  start(source: readonly number[]): DecoderStates {
    return this.#start(source).states;
  }

  /** The states of the decoder's layers that a source hands over: what an encoder gives. */
  handedOver(source: readonly number[]): Vector[] {
    return this.#model.output.bridge === "zero" ? [] : this.start(source).state.cells.flat();
  }

  /** Feeds one id: logits [V], the states after it, and where the decoder attends its attention [S]. */
  step(
    id: number,
    { state, look }: DecoderStates,
  ): { readonly logits: Vector; readonly states: DecoderStates; readonly attention: Vector | null } {
    const step = this.#decoder.step(id, state, look);
    return { logits: step.logits, states: { state: step.state, look }, attention: step.weights };
  }

  /** Logits [T][V] of the decoder under teacher forcing. */
  logits(source: readonly number[], targetInput: readonly number[]): Vector[] {
    return this.#run(this.start(source), targetInput).map(({ logits }) => logits);
  }

  /**
   * Sum of the cross-entropies (nats) over the tokens of all targets, and of what is paid for attending again (See et al. 2017).
   * @param coverageWeight of the latter
   */
  loss(pairs: readonly IdPair[], smoothing = 0, coverageWeight = 0): number {
    let loss = 0;
    for (const { source, target } of pairs) {
      const steps = this.#run(this.start(source), [START, ...target.slice(0, -1)]);
      for (const [t, { logits }] of steps.entries()) loss += crossEntropy(logits, target[t], smoothing);
      if (coverageWeight !== 0) loss += coverageWeight * attendedAgain(steps.map(({ weights }) => weights!)).loss;
    }
    return loss;
  }

  /** The gradient of `loss` with respect to every parameter, by backpropagation through time. */
  gradients(pairs: readonly IdPair[], smoothing = 0, coverageWeight = 0): Map<string, Vector> {
    for (const { source, target } of pairs) {
      const start = this.#start(source);
      const steps = this.#run(start.states, [START, ...target.slice(0, -1)]);
      const again = coverageWeight === 0 ? null : attendedAgain(steps.map(({ weights }) => weights!));
      let dState = this.#decoder.zero(start.states.look);
      for (let t = steps.length - 1; t >= 0; t -= 1) {
        const dWeights = again && scaled(again.gradients[t], coverageWeight);
        dState = steps[t].back(crossEntropyGradient(steps[t].logits, target[t], smoothing), dState, dWeights);
      }
      start.back(dState.cells);
    }
    return this.#parameters.takeGradients();
  }

  #run({ state, look }: DecoderStates, ids: readonly number[]): DecoderStep[] {
    let before = state;
    return ids.map((id) => {
      const step = this.#decoder.step(id, before, look);
      before = step.state;
      return step;
    });
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
    const { states, back } = handOver(this.#parameters, output.bridge, stack, this.#encoder[0][0].parts, this.#decoder.cells);
    // Positions are the source's own, in whichever order they are read.
    const outputs = encoder.reverseSource ? stack.outputs.toReversed() : stack.outputs;
    // What the encoder has said when it has read the whole source, in each direction.
    const half = encoder.bidirectional ? encoder.hidden : stack.outputs[0].length;
    const summary = concat(stack.outputs.at(-1)!.slice(0, half), stack.outputs[0].slice(half));
    const look = this.#decoder.look({ outputs, ids: source, summary });
    return {
      states: { state: this.#decoder.first(states, look), look },
      back: (dCells: DecoderState["cells"]): void => {
        const { dOutputs, dFinals } = back(dCells);
        const fromLook = look.attended?.back() ?? [];
        for (const [i, d] of (encoder.reverseSource ? fromLook.toReversed() : fromLook).entries()) addTo(dOutputs[i], d);
        addTo(dOutputs.at(-1)!, look.dSummary.subarray(0, half));
        addTo(dOutputs[0], look.dSummary.subarray(half), half);
        for (const [t, dx] of stack.back(dOutputs, dFinals).entries()) embedded[t].back(dx);
      },
    };
  }
}

/** Sum over steps and positions of min(a, c), c the attention of all steps before, and its gradient with respect to each step's attention a. */
function attendedAgain(attention: readonly Vector[]): { readonly loss: number; readonly gradients: readonly Vector[] } {
  const gradients = attention.map(zerosLike);
  const before = zerosLike(attention[0]);
  let loss = 0;
  for (const [t, weights] of attention.entries()) {
    for (const [i, weight] of weights.entries()) {
      loss += Math.min(weight, before[i]);
      if (weight <= before[i]) gradients[t][i] += 1;
      else for (let earlier = 0; earlier < t; earlier += 1) gradients[earlier][i] += 1;
    }
    addTo(before, weights);
  }
  return { loss, gradients };
}
