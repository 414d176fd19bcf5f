import { resolve } from "node:path";
import type { Model, Refusal, Score } from "@s2s/runtime";
import type { Candidate, CandidateList } from "./candidates.ts";

/** How scores are put together. */
export interface Weights {
  /** One for each model. */
  readonly models: readonly number[];
  /** Of the scores that the answers came with. */
  readonly given: number;
}

export interface ScoredCandidate extends Candidate {
  /** Weighted sum of the models' log-probabilities (nats) and of the score that it came with. */
  readonly score: number;
  /** What each model says. */
  readonly models: readonly Score[];
}

/** A list with all scores, or why a model refused its source, and how many answers were to be scored. */
export type ScoredList = Omit<CandidateList, "candidates"> &
  ({ readonly candidates: readonly ScoredCandidate[] } | (Refusal & { readonly refused: number }));

export interface ScoringOptions {
  readonly batchSize?: number | undefined;
  /** Where images lie that sources name. */
  readonly images?: string | undefined;
}

/** Scores lists of candidates with every model, many side by side. What one model cannot read has no score. */
export async function scoreLists(
  lists: readonly CandidateList[],
  models: readonly Model[],
  weights: Weights,
  { batchSize, images = "" }: ScoringOptions = {},
): Promise<ScoredList[]> {
  const pairsOf = (sourceOf: (source: string) => string) =>
    lists.flatMap(({ source, candidates }) => candidates.map(({ text }) => [sourceOf(source), text] as const));
  const scores: (Score | Refusal)[][] = [];
  for (const model of models) {
    const isImage = model.manifest.model.input.kind === "image";
    scores.push(await model.score(pairsOf(isImage ? (source) => resolve(images, source) : (source) => source), { batchSize }));
  }
  let next = 0;
  return lists.map(({ source, where, candidates }) => {
    const scored: ScoredCandidate[] = [];
    let refusal: Refusal | undefined;
    for (const candidate of candidates) {
      const own = scores.map((each) => each[next] as Score | Refusal);
      next += 1;
      refusal ??= own.find((score) => "error" in score);
      if (refusal === undefined) scored.push(combine(candidate, own as Score[], weights));
    }
    return refusal === undefined ? { source, where, candidates: scored } : { source, where, ...refusal, refused: candidates.length };
  });
}

function combine(candidate: Candidate, models: readonly Score[], weights: Weights): ScoredCandidate {
  const sum = models.reduce((total, { score }, i) => total + (weights.models[i] as number) * score, 0);
  return { ...candidate, score: sum + weights.given * (candidate.given ?? 0), models };
}

/** Best first; equal ones stay in their order. */
export function rank(candidates: readonly ScoredCandidate[]): ScoredCandidate[] {
  return candidates.toSorted((a, b) => b.score - a.score);
}
