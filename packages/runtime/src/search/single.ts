import { END_ID } from "../vocabulary.ts";
import type { Constraints } from "./constraints.ts";
import type { Frontier, StepOutputs } from "./frontier.ts";
import { EMPTY_PATH, extend, type Path } from "./hypothesis.ts";
import { largestAllowed, normalizer, nothingFollows, type Normalizer } from "./logits.ts";
import type { SearchSettings } from "./settings.ts";

/** Chooses among the tokens that are not banned; -1 where all that remain have probability 0. The row's logits begin at `from`. */
export type Choose = (logits: Float32Array, from: number, banned: Uint8Array, row: Normalizer, step: number) => number;

/** Greedy search: the most probable token, the lowest id of equal ones. */
export const chooseMostProbable: Choose = (logits, from, banned, { argMax }) =>
  banned[argMax] === 0 ? argMax : largestAllowed(logits, from, banned);

const GOES_ON: readonly number[] = [0];
const IS_OVER: readonly number[] = [];

export interface SinglePlan {
  readonly settings: SearchSettings;
  readonly constraints: Constraints;
  readonly choose: Choose;
  readonly sourceLength: number;
  readonly onToken?: ((id: number, weights: Float32Array | undefined) => void) | undefined;
}

/** One target, a token at a time and none taken back: greedy search and sampling. */
export class Single implements Frontier {
  readonly #plan: SinglePlan;
  #path: Path = EMPTY_PATH;
  #alive: readonly Path[] = [EMPTY_PATH];

  constructor(plan: SinglePlan) {
    this.#plan = plan;
  }

  get alive(): readonly Path[] {
    return this.#alive;
  }

  advance({ logits, size, weights }: StepOutputs, first: number): readonly number[] {
    const { settings, constraints, choose, sourceLength, onToken } = this.#plan;
    const path = this.#path;
    const from = first * size;
    const row = normalizer(logits, from, size);
    const token = settings.prefix[path.length] ?? choose(logits, from, constraints.banned(path, logits, from), row, path.length);
    const logit = token === -1 ? -Infinity : (logits[from + token] as number);
    if (logit === -Infinity) throw nothingFollows();
    const attention = weights(first, sourceLength);
    this.#path = extend(path, token, path.sum + (logit - row.max - row.logSum), attention, settings);
    if (token !== END_ID) onToken?.(token, attention);
    const goesOn = token !== END_ID && this.#path.length < settings.maxLength;
    this.#alive = goesOn ? [this.#path] : [];
    return goesOn ? GOES_ON : IS_OVER;
  }

  finished(): readonly Path[] {
    return [this.#path];
  }
}
