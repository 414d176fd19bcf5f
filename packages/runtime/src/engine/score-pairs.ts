import { UserError } from "../errors.ts";
import { requireKnown } from "../known-options.ts";
import type { Source } from "../model-source.ts";
import type { PredictingModel } from "../predict/predict.ts";
import { readInputs } from "../predict/read-inputs.ts";
import type { Interruption } from "../search/options.ts";
import type { Pair, Refusal, Score, ScoreData } from "./service.ts";

/** How probable a model holds given targets. @throws UserError */
export async function scorePairs(
  { texts, read, graphs, bundle }: PredictingModel,
  pairs: readonly Pair[],
  data: ScoreData,
  interruption: Interruption,
): Promise<(Score | Refusal)[]> {
  requireKnown(data, ["batchSize"]);
  requirePairs(pairs);
  const refusal: Refusal = { error: "the source has no token; leave the pair out" };
  const { answers, sources, places } = readInputs<Score | Refusal>(
    pairs.map(([source]) => source),
    read,
    refusal,
  );
  const rests = places.map((place) => texts.encodeTarget((pairs[place] as Pair)[1], "a target"));
  const targets = bundle.manifest.model.input.kind === "none" ? rests.map((rest, i) => [...(sources[i] as Source), ...rest]) : rests;
  const scores = await graphs.score(sources, targets, { batchSize: data.batchSize, ...interruption });
  for (const [i, { logProbabilities }] of scores.entries()) {
    const rest = rests[i] as number[];
    // Of what follows a prompt.
    answers[places[i] as number] = texts.score(rest, logProbabilities.slice(-rest.length - 1));
  }
  return answers;
}

/** A text, too, can be taken apart as a pair is. @throws UserError */
function requirePairs(pairs: readonly unknown[]): void {
  for (const [i, pair] of pairs.entries())
    if (!Array.isArray(pair) || pair.length !== 2) throw new UserError(`pair ${i + 1} must be [source, target]`);
}
