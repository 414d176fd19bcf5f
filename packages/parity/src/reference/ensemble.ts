import { logSoftmax } from "./cross-entropy.ts";
import type { SourceExample } from "./inputs.ts";
import type { StepReference } from "./search.ts";
import type { DecoderStates, Reference } from "./seq2seq.ts";
import { type Vector, scaled, sum } from "./vector.ts";

/** What generates tokens: a model, or several as one. */
export interface TokenReference<S> extends StepReference<S, SourceExample> {
  /** The states of the decoder's layers that a source hands over, in the manifest's order. */
  handedOver(source: SourceExample): Vector[];
  /** Logits [T][V] under teacher forcing. */
  logits(source: SourceExample, targetInput: readonly number[]): Vector[];
}

/**
 * Models of one vocabulary as one, in float64: a token's probability is the mean of theirs, its logit the logarithm of that.
 *
 *     z_k = log(1/M sum_m softmax(z_m)_k)
 */
export class EnsembleReference implements TokenReference<readonly DecoderStates[]> {
  readonly vocabularySize: number;
  readonly #members: readonly Reference[];

  /** @param members at least one */
  constructor(members: readonly Reference[]) {
    this.vocabularySize = members[0].vocabularySize;
    this.#members = members;
  }

  start(source: SourceExample): readonly DecoderStates[] {
    return this.#members.map((member) => member.start(source));
  }

  handedOver(source: SourceExample): Vector[] {
    return this.#members.flatMap((member) => member.handedOver(source));
  }

  step(id: number, states: readonly DecoderStates[]): { readonly logits: Vector; readonly states: readonly DecoderStates[] } {
    const steps = this.#members.map((member, m) => member.step(id, states[m]));
    return { logits: meanOfProbabilities(steps.map(({ logits }) => logits)), states: steps.map((step) => step.states) };
  }

  logits(source: SourceExample, targetInput: readonly number[]): Vector[] {
    const all = this.#members.map((member) => member.logits(source, targetInput));
    return targetInput.map((_, t) => meanOfProbabilities(all.map((rows) => rows[t])));
  }
}

/** [rows][W] of models that answer at once, number by number. */
export function meanOfAnswers([first, ...others]: readonly (readonly Vector[])[]): Vector[] {
  return first.map((row, r) =>
    scaled(
      others.reduce((all, other) => sum(all, other[r]), row),
      1 / (others.length + 1),
    ),
  );
}

/** By the largest of the logarithms, so that a probability which float64 cannot hold has one nevertheless. */
function meanOfProbabilities(logits: readonly Vector[]): Vector {
  const logs = logits.map(logSoftmax);
  return logs[0].map((_, k) => {
    const largest = Math.max(...logs.map((row) => row[k]));
    return largest + Math.log(logs.reduce((total, row) => total + Math.exp(row[k] - largest), 0) / logs.length);
  });
}
