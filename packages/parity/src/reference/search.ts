import { logSoftmax } from "./cross-entropy.ts";

/** What a search needs of the reference. */
export interface StepReference<S, I = readonly number[]> {
  readonly vocabularySize: number;
  start(source: I): S;
  step(id: number, states: S): { readonly logits: Float64Array; readonly states: S };
}

export interface SearchSpec {
  /** 1 is greedy search. */
  readonly beams: number;
  readonly lengthPenalty: number;
  readonly maxLength: number;
}

export interface FoundHypothesis {
  /** Without `<s>` and `</s>`. */
  readonly ids: readonly number[];
  /** Sum of the log-probabilities (nats), `</s>` included where it was reached. */
  readonly score: number;
}

export interface Found {
  /** Best first. */
  readonly hypotheses: readonly FoundHypothesis[];
  /**
   * The smallest distance, as |a - b| / max(1, |b|), by which anything was decided. Numbers that are off by more than it may lead to another
   * answer without being wrong.
   */
  readonly margin: number;
}

const [PAD, START, END] = [0, 2, 3];

/** The search that docs/design.md describes, for one source, without a thought of speed. */
export function searchReference<S, I>(reference: StepReference<S, I>, source: I, spec: SearchSpec): Found {
  return spec.beams === 1 ? greedy(reference, source, spec) : beam(reference, source, spec);
}

interface Path<S> {
  /** `</s>` included. */
  readonly ids: readonly number[];
  readonly sum: number;
  readonly states: S;
}

const distance = (a: number, b: number): number => Math.abs(a - b) / Math.max(1, Math.abs(b));
const ended = ({ ids }: Pick<Path<unknown>, "ids">): boolean => ids.at(-1) === END;
const published = ({ ids, sum }: Pick<Path<unknown>, "ids" | "sum">): FoundHypothesis => ({
  ids: ids.filter((id) => id !== END),
  score: sum,
});

/** The `count` most probable continuations by tokens that may be generated, best first; of equal ones the lower id. */
function continuations<S>(reference: Pick<StepReference<S>, "vocabularySize" | "step">, path: Path<S>, count: number): Path<S>[] {
  const { logits, states } = reference.step(path.ids.at(-1) ?? START, path.states);
  const best: Path<S>[] = [];
  for (const [id, log] of logSoftmax(logits).entries()) {
    const sum = path.sum + log;
    if (id === PAD || id === START || (best.length === count && sum <= best[count - 1].sum)) continue;
    const worse = best.findIndex((other) => other.sum < sum);
    best.splice(worse === -1 ? best.length : worse, 0, { ids: [...path.ids, id], sum, states });
    best.length = Math.min(best.length, count);
  }
  return best;
}

function greedy<S, I>(reference: StepReference<S, I>, source: I, { maxLength }: SearchSpec): Found {
  let path: Path<S> = { ids: [], sum: 0, states: reference.start(source) };
  let margin = Infinity;
  while (!ended(path) && path.ids.length < maxLength) {
    const [best, second] = continuations(reference, path, 2);
    if (second) margin = Math.min(margin, distance(second.sum, best.sum));
    path = best;
  }
  return { hypotheses: [published(path)], margin };
}

function beam<S, I>(reference: StepReference<S, I>, source: I, { beams, lengthPenalty, maxLength }: SearchSpec): Found {
  const penalty = (length: number): number => ((5 + length) / 6) ** lengthPenalty;
  const rank = ({ ids, sum }: Path<S>): number => sum / penalty(ids.length);
  let margin = Infinity;
  const compared = (a: number | undefined, b: number | undefined): void => {
    if (a !== undefined && b !== undefined) margin = Math.min(margin, distance(a, b));
  };
  let pool: Path<S>[] = [];
  /** Puts paths into the pool in the order of their rank: of equal ones first the one that was there first. */
  const offer = (paths: readonly Path<S>[]): void => {
    const all = [...pool, ...paths].toSorted((a, b) => rank(b) - rank(a));
    pool = all.slice(0, beams);
    for (let i = 0; i < pool.length; i += 1) compared(all[i + 1] && rank(all[i + 1]), rank(all[i]));
  };
  let alive: Path<S>[] = [{ ids: [], sum: 0, states: reference.start(source) }];
  for (let length = 1; length <= maxLength; length += 1) {
    const all = alive.flatMap((path) => continuations(reference, path, 2 * beams + 1)).toSorted((a, b) => b.sum - a.sum);
    const taken = all.slice(0, 2 * beams);
    compared(all[2 * beams]?.sum, taken.at(-1)?.sum);
    offer(taken.filter(ended));
    const open = taken.filter((path) => !ended(path));
    alive = open.slice(0, beams);
    compared(open[beams]?.sum, alive.at(-1)?.sum);
    const worst = pool.at(-1);
    if (pool.length === beams && worst) {
      const reachable = alive[0].sum / penalty(maxLength);
      compared(reachable, rank(worst));
      if (reachable <= rank(worst)) break;
    }
    if (length === maxLength) offer(alive);
  }
  return { hypotheses: pool.map(published), margin };
}
