import { UserError } from "../errors.ts";
import type { StepModel } from "../step-model.ts";
import { END_ID, START_ID } from "../vocabulary.ts";
import { batchesByLength } from "./batches.ts";
import { normalizer } from "./logits.ts";
import { requireNumber, requireTokens, SEARCH_NUMBERS, type Interruption } from "./options.ts";
import { pacer } from "./pacer.ts";

export interface ScoreOptions extends Interruption {
  /** Most pairs scored side by side (default 64); it changes speed and memory, not answers. */
  readonly batchSize?: number | undefined;
}

/** How probable a model holds a target. */
export interface TargetScore {
  /** Sum of the log-probabilities (nats). */
  readonly score: number;
  /** That of each token given those before it, and last that of `</s>`. */
  readonly logProbabilities: readonly number[];
}

/**
 * The log-probability of one given target for each source (ids that end with `</s>`). Targets are ids without `<s>` and `</s>`, of any length; that
 * they end counts too.
 * @throws UserError for targets that are not one for each source or hold what cannot be generated, and for outputs that are no numbers
 */
export async function scoreTargets<S>(
  model: StepModel<S>,
  sources: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  { batchSize = SEARCH_NUMBERS.batchSize.default, ...interruption }: ScoreOptions = {},
): Promise<TargetScore[]> {
  requireNumber("batchSize", batchSize);
  if (targets.length !== sources.length)
    throw new UserError(`there are ${sources.length} sources but ${targets.length} targets; give one target for each source`);
  for (const [i, target] of targets.entries()) requireTokens(`target ${i + 1}`, target, model.vocabularySize);
  const between = pacer(interruption);
  const logProbabilities: number[][] = sources.map(() => []);
  for (const { sources: batch } of batchesByLength(sources, 1, batchSize)) {
    await between();
    let { states } = await model.start(batch.map((source) => sources[source] ?? []));
    let open: readonly number[] = batch;
    for (let at = 0; open.length > 0; at += 1) {
      const pause = between();
      if (pause !== undefined) await pause;
      const tokens = Int32Array.from(open, (source) => (at === 0 ? START_ID : (targets[source]?.[at - 1] ?? END_ID)));
      const step = await model.step(tokens, states);
      const rows: number[] = [];
      for (const [row, source] of open.entries()) {
        const from = row * model.vocabularySize;
        const { max, logSum } = normalizer(step.logits, from, model.vocabularySize);
        const next = targets[source]?.[at] ?? END_ID;
        logProbabilities[source]?.push((step.logits[from + next] as number) - max - logSum);
        if (next !== END_ID) rows.push(row);
      }
      states = rows.length === open.length || rows.length === 0 ? step.states : model.select(step.states, rows);
      open = rows.map((row) => open[row] as number);
    }
  }
  return logProbabilities.map((each) => ({ score: each.reduce((sum, value) => sum + value, 0), logProbabilities: each }));
}
