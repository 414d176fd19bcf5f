import type { StepModel } from "../step-model.ts";
import { normalizer } from "../search/logits.ts";

/**
 * Several models of one vocabulary as one: the probability of a token is the mean of theirs, and so is the attention, where all of them attend. The
 * logits that it gives are log-probabilities.
 */
export class Ensemble<S> implements StepModel<readonly S[]> {
  readonly vocabularySize: number;
  readonly #members: readonly StepModel<S>[];

  /** @param members at least one */
  constructor(members: readonly StepModel<S>[]) {
    this.#members = members;
    this.vocabularySize = members[0]?.vocabularySize ?? 0;
  }

  async start(sources: readonly (readonly number[])[]): Promise<{ readonly states: readonly S[] }> {
    const states: S[] = [];
    for (const member of this.#members) states.push((await member.start(sources)).states);
    return { states };
  }

  async step(tokens: Int32Array, states: readonly S[]) {
    const steps = [];
    for (const [i, member] of this.#members.entries()) steps.push(await member.step(tokens, states[i] as S));
    const attentions = steps.flatMap(({ attention }) => attention ?? []);
    return {
      logits: meanOfProbabilities(
        steps.map(({ logits }) => logits),
        this.vocabularySize,
      ),
      states: steps.map((step) => step.states),
      attention: attentions.length === steps.length ? mean(attentions) : undefined,
    };
  }

  select(states: readonly S[], rows: readonly number[]): readonly S[] {
    return this.#members.map((member, i) => member.select(states[i] as S, rows));
  }
}

/** log (1/M sum_m softmax(z_m)) of each row, summed in float64. */
function meanOfProbabilities(logits: readonly Float32Array[], size: number): Float32Array {
  const length = logits[0]?.length ?? 0;
  const sums = new Float64Array(length);
  for (const member of logits) {
    for (let from = 0; from < length; from += size) {
      const { max, logSum } = normalizer(member, from, size);
      for (let i = from; i < from + size; i += 1) sums[i] = (sums[i] as number) + Math.exp((member[i] as number) - max - logSum);
    }
  }
  return Float32Array.from(sums, (sum) => Math.log(sum / logits.length));
}

/** Number by number. */
export function mean(lists: readonly Float32Array[]): Float32Array {
  const sums = new Float64Array(lists[0]?.length ?? 0);
  for (const list of lists) for (let i = 0; i < sums.length; i += 1) sums[i] = (sums[i] as number) + (list[i] as number);
  return Float32Array.from(sums, (sum) => sum / lists.length);
}
