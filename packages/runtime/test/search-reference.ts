import { END_ID, PAD_ID, START_ID } from "../src/vocabulary.ts";
import { attentionOf, logitsOf } from "./history-model.ts";

/** The definitions, for one source of a `HistoryModel`, as plainly as they can be written: everything is listed and sorted. */

export interface Rules {
  readonly size: number;
  readonly maxLength: number;
  readonly minLength?: number | undefined;
  readonly noRepeatNgram?: number | undefined;
  readonly prefix?: readonly number[] | undefined;
  readonly lengthPenalty?: number | undefined;
  readonly coveragePenalty?: number | undefined;
}

export interface Target {
  /** With `</s>` where it was reached. */
  readonly tokens: readonly number[];
  readonly sum: number;
}

export const isEnded = ({ tokens }: Target): boolean => tokens.at(-1) === END_ID;

export function logSoftmax(logits: readonly number[]): number[] {
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  return logits.map((logit) => Math.log(Math.exp(logit) / total));
}

/** Log-probabilities of all V tokens after some. */
export function nextLogProbabilities(source: readonly number[], tokens: readonly number[], size: number): number[] {
  return logSoftmax(logitsOf(source, [START_ID, ...tokens], size));
}

/** Ids that may follow, ascending. */
export function allowed(tokens: readonly number[], { size, minLength = 0, noRepeatNgram: n = 0, prefix = [] }: Rules): number[] {
  const forced = prefix[tokens.length];
  if (forced !== undefined) return [forced];
  const repeats = (id: number): boolean => {
    const grams = [...tokens, id].map((_, i, all) => (i + n <= all.length ? all.slice(i, i + n).join() : "")).filter((gram) => gram !== "");
    return n > 0 && grams.length > 0 && grams.slice(0, -1).includes(grams.at(-1)!);
  };
  const all = Array.from({ length: size }, (_, id) => id).filter((id) => id !== PAD_ID && id !== START_ID);
  const left = all.filter((id) => (id === END_ID ? tokens.length >= minLength : !repeats(id)));
  return left.length > 0 ? left : [END_ID];
}

/** The continuations of a target by one token, ascending. */
export function continuations(source: readonly number[], { tokens, sum }: Target, rules: Rules): Target[] {
  const logs = nextLogProbabilities(source, tokens, rules.size);
  return allowed(tokens, rules).map((id) => ({ tokens: [...tokens, id], sum: sum + logs[id]! }));
}

/** Every hypothesis that there is. */
export function everyTarget(source: readonly number[], rules: Rules, target: Target = { tokens: [], sum: 0 }): Target[] {
  if (isEnded(target) || target.tokens.length === rules.maxLength) return [target];
  return continuations(source, target, rules).flatMap((next) => everyTarget(source, rules, next));
}

export function penalized(source: readonly number[], { tokens, sum }: Target, { lengthPenalty = 1, coveragePenalty = 0 }: Rules): number {
  const coverage = source.map((_, i) =>
    tokens.reduce((total, _, t) => total + attentionOf(source, [START_ID, ...tokens.slice(0, t)])[i]!, 0),
  );
  const term = coverage.reduce((total, weight) => total + Math.log(Math.min(weight, 1)), 0);
  return sum / Math.pow((5 + tokens.length) / 6, lengthPenalty) + (coveragePenalty === 0 ? 0 : coveragePenalty * term);
}

export function best(source: readonly number[], targets: readonly Target[], rules: Rules): Target[] {
  const score = new Map(targets.map((target) => [target, penalized(source, target, rules)]));
  return targets.toSorted((a, b) => score.get(b)! - score.get(a)!);
}

export function greedyTarget(source: readonly number[], rules: Rules): Target {
  let target: Target = { tokens: [], sum: 0 };
  while (!isEnded(target) && target.tokens.length < rules.maxLength) {
    target = continuations(source, target, rules).toSorted((a, b) => b.sum - a.sum)[0]!;
  }
  return target;
}

/** Beam search that never stops early: where stopping is exact, it finds the same. */
export function beamTargets(source: readonly number[], beams: number, rules: Rules): Target[] {
  let alive: Target[] = [{ tokens: [], sum: 0 }];
  let pool: Target[] = [];
  for (let length = 1; length <= rules.maxLength; length += 1) {
    const all = alive.flatMap((target) => continuations(source, target, rules));
    const taken = all.toSorted((a, b) => b.sum - a.sum).slice(0, 2 * beams);
    alive = taken.filter((target) => !isEnded(target)).slice(0, beams);
    pool = best(source, [...pool, ...taken.filter(isEnded)], rules).slice(0, beams);
  }
  return best(source, [...pool, ...alive], rules).slice(0, beams);
}
