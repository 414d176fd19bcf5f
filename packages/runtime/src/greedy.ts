import { UserError } from "./errors.ts";
import { bestToken } from "./logits.ts";
import type { StepModel } from "./step-model.ts";
import { END_ID, START_ID } from "./vocabulary.ts";

/** A generated target. */
export interface Hypothesis {
  /** Token ids without `<s>` and `</s>`. */
  readonly ids: readonly number[];
  /** Sum of the tokens' log-probabilities (nats), `</s>` included where it was reached. */
  readonly score: number;
  /** Whether `</s>` had not come after `maxLength` tokens. */
  readonly truncated: boolean;
}

export interface GreedyOptions {
  /** Most tokens generated, `</s>` included; at least 1. */
  readonly maxLength: number;
  /** Most sources decoded side by side (default 64). */
  readonly batchSize?: number | undefined;
}

/**
 * Greedy search: at each step every row takes its most probable token, until `</s>` or `maxLength`. Sources (ids that end with
 * `</s>`) are decoded in batches of like length; rows that have ended leave the batch. The answers come in the order of the
 * sources and are those that each source gets alone.
 */
export async function greedy<S>(
  model: StepModel<S>,
  sources: readonly (readonly number[])[],
  { maxLength, batchSize = 64 }: GreedyOptions,
): Promise<Hypothesis[]> {
  requireCount("maxLength", maxLength);
  requireCount("batchSize", batchSize);
  const order = sources.map((_, index) => index).sort((a, b) => lengthOf(sources, a) - lengthOf(sources, b) || a - b);
  const hypotheses: Hypothesis[] = [];
  for (let from = 0; from < order.length; from += batchSize) {
    const batch = order.slice(from, from + batchSize);
    const decoded = await decodeBatch(
      model,
      batch.map((index) => sources[index] ?? []),
      maxLength,
    );
    for (const [row, index] of batch.entries()) hypotheses[index] = decoded[row] as Hypothesis;
  }
  return hypotheses;
}

/** A row of the batch that still grows. */
interface Growing {
  readonly index: number;
  readonly ids: number[];
  score: number;
}

async function decodeBatch<S>(model: StepModel<S>, sources: readonly (readonly number[])[], maxLength: number): Promise<Hypothesis[]> {
  const finished: Hypothesis[] = [];
  let rows: Growing[] = sources.map((_, index) => ({ index, ids: [], score: 0 }));
  let { states } = await model.start(sources);
  let tokens = new Int32Array(rows.length).fill(START_ID);
  for (let length = 1; length <= maxLength && rows.length > 0; length += 1) {
    const step = await model.step(tokens, states);
    const open: number[] = [];
    const next: number[] = [];
    for (const [at, row] of rows.entries()) {
      const { token, logProbability } = bestToken(step.logits, at, model.vocabularySize);
      row.score += logProbability;
      if (token === END_ID) {
        finished[row.index] = { ids: row.ids, score: row.score, truncated: false };
      } else {
        row.ids.push(token);
        open.push(at);
        next.push(token);
      }
    }
    states = step.states;
    if (open.length < rows.length) {
      rows = open.map((at) => rows[at] as Growing);
      if (rows.length > 0) states = model.select(states, open);
    }
    tokens = Int32Array.from(next);
  }
  for (const { index, ids, score } of rows) finished[index] = { ids, score, truncated: true };
  return finished;
}

function lengthOf(sources: readonly (readonly number[])[], index: number): number {
  return sources[index]?.length ?? 0;
}

function requireCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) throw new UserError(`${name} must be a whole number of at least 1, not ${value}`);
}
