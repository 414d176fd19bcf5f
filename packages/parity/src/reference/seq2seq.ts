import type { InputConfig, ModelConfig, OutputOf } from "@s2s/runtime/manifest";
import { handOver } from "./bridge.ts";
import { type State, zeroState } from "./cell.ts";
import { crossEntropy, crossEntropyGradient } from "./cross-entropy.ts";
import { type EncodedSource, SourceEncoder } from "./encoder.ts";
import { type SourceExample, readSources } from "./inputs.ts";
import { Parameters, type Weights } from "./parameters.ts";
import { type DecoderState, type DecoderStep, type Look, TokenDecoder } from "./token-decoder.ts";
import { type Vector, addTo, scaled, zerosLike } from "./vector.ts";

/** What a decoder of one source knows: what it hands from step to step, and the source as it looks at it. */
export interface DecoderStates {
  readonly state: DecoderState;
  readonly look: Look;
}

/** Ids of a target, which ends with `</s>` as a source of tokens does, and what it is a target of. */
export interface IdPair {
  /** A language model's is empty. */
  readonly source: SourceExample;
  readonly target: readonly number[];
}

interface Begun {
  readonly states: DecoderStates;
  /** From the gradients of the decoder's first states to those of what was read of the source. */
  readonly back: (dCells: DecoderState["cells"]) => { readonly dxs: readonly Vector[]; readonly dParts: readonly Vector[] };
}

const START = 2;

/**
 * What generates tokens for a source of any kind, or for none, in float64, one example at a time, written from the equations alone, forward and
 * backward: what the graphs are compared with. It shares no code with them: neither padding nor batches, nor a derived gradient.
 */
export class Reference {
  readonly vocabularySize: number;
  readonly #input: InputConfig;
  readonly #output: OutputOf<"tokens">;
  readonly #parameters: Parameters;
  readonly #encoder: SourceEncoder;
  readonly #decoder: TokenDecoder;
  /** Of the sources themselves: a search begins with the same again and again. */
  readonly #started = new WeakMap<SourceExample, DecoderStates>();

  constructor({ input, encoder, output }: ModelConfig, weights: Weights) {
    if (output.kind !== "tokens") throw new Error(`a model that gives ${output.kind} has no decoder of tokens`);
    this.#input = input;
    this.#output = output;
    this.vocabularySize = output.vocabulary;
    this.#parameters = new Parameters(weights);
    this.#encoder = new SourceEncoder(this.#parameters, encoder);
    this.#decoder = new TokenDecoder(this.#parameters, output);
  }

  /** Before the first token. */
  start(source: SourceExample): DecoderStates {
    const known = this.#started.get(source);
    if (known) return known;
    const [{ states }] = this.#begin([source], false).begun;
    this.#started.set(source, states);
    return states;
  }

  /** The states of the decoder's layers that a source hands over: what an encoder gives. */
  handedOver(source: SourceExample): Vector[] {
    return this.#output.bridge === "zero" ? [] : this.start(source).state.cells.flat();
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
  logits(source: SourceExample, targetInput: readonly number[]): Vector[] {
    return this.#run(this.start(source), targetInput).map(({ logits }) => logits);
  }

  /**
   * Sum of the cross-entropies (nats) over the tokens of all targets, and of what is paid for attending again (See et al. 2017).
   * @param coverageWeight of the latter
   * @param training whether batch normalisation goes by the moments of these sources
   */
  loss(pairs: readonly IdPair[], smoothing = 0, coverageWeight = 0, training = false): number {
    const { begun } = this.#begin(
      pairs.map(({ source }) => source),
      training,
    );
    let loss = 0;
    for (const [n, { target }] of pairs.entries()) {
      const steps = this.#run(begun[n].states, [START, ...target.slice(0, -1)]);
      for (const [t, { logits }] of steps.entries()) loss += crossEntropy(logits, target[t], smoothing);
      if (coverageWeight !== 0) loss += coverageWeight * attendedAgain(steps.map(({ weights }) => weights!)).loss;
    }
    return loss;
  }

  /** The gradient of `loss` in training with respect to every parameter, by backpropagation through time. */
  gradients(pairs: readonly IdPair[], smoothing = 0, coverageWeight = 0): Map<string, Vector> {
    const { begun, back } = this.#begin(
      pairs.map(({ source }) => source),
      true,
    );
    back(
      pairs.map(({ target }, n) => {
        const { states } = begun[n];
        const steps = this.#run(states, [START, ...target.slice(0, -1)]);
        const again = coverageWeight === 0 ? null : attendedAgain(steps.map(({ weights }) => weights!));
        let dState = this.#decoder.zero(states.look);
        for (let t = steps.length - 1; t >= 0; t -= 1) {
          const dWeights = again && scaled(again.gradients[t], coverageWeight);
          dState = steps[t].back(crossEntropyGradient(steps[t].logits, target[t], smoothing), dState, dWeights);
        }
        return dState.cells;
      }),
    );
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

  #begin(sources: readonly SourceExample[], training: boolean) {
    if (this.#input.kind === "none") return { begun: sources.map(() => this.#fromNothing()), back: (): void => {} };
    const read = readSources(this.#parameters, this.#input, sources, training);
    const begun = read.xs.map((xs, n) => this.#from(this.#encoder.encode(xs, read.parts?.[n] ?? null), sources[n]));
    return {
      begun,
      back(dCells: readonly DecoderState["cells"][]): void {
        const ds = begun.map((each, n) => each.back(dCells[n]));
        read.back(
          ds.map(({ dxs }) => dxs),
          read.parts && ds.map(({ dParts }) => dParts),
        );
      },
    };
  }

  #fromNothing(): Begun {
    const look = this.#decoder.look({ outputs: [], ids: [], summary: new Float64Array() });
    return {
      states: { state: this.#decoder.first(this.#decoder.cells.map(zeroState), look), look },
      back: () => ({ dxs: [], dParts: [] }),
    };
  }

  #from({ outputs, summary, finals, parts, back: toSource }: EncodedSource, source: SourceExample): Begun {
    const { states, back } = handOver(this.#parameters, this.#output.bridge, { outputs, finals }, parts, this.#decoder.cells);
    const ids = this.#input.kind === "tokens" ? (source as readonly number[]) : [];
    const look = this.#decoder.look({ outputs, ids, summary });
    return {
      states: { state: this.#decoder.first(states, look), look },
      back(dCells: readonly State[]) {
        const { dOutputs, dFinals } = back(dCells);
        for (const [i, d] of (look.attended?.back() ?? []).entries()) addTo(dOutputs[i], d);
        return toSource(dOutputs, look.dSummary, dFinals);
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
