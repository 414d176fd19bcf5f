import { UserError } from "../errors.ts";
import type { StepModel } from "../step-model.ts";
import { batchesByLength, type Batch, type Job } from "./batches.ts";
import { Constraints } from "./constraints.ts";
import type { Frontier, StepOutputs } from "./frontier.ts";
import { toHypothesis, type Hypothesis } from "./hypothesis.ts";
import type { SearchOptions } from "./options.ts";
import { pacer } from "./pacer.ts";
import { Sampler, uniformDraws } from "./sampler.ts";
import { requirePrefix, resolveSearchOptions, type SearchSettings } from "./settings.ts";
import { chooseMostProbable, Single } from "./single.ts";

type Sources = readonly (readonly number[])[];

/**
 * Finds targets for sources (ids that end with `</s>`): for each its `nBest` hypotheses, or as many as there are, best first by penalised score.
 * Sources are decoded in batches of like length, and those that are done leave the batch; what a source gets does not depend on the others.
 * Hypotheses have at most `maxLength` tokens, `</s>` included; of equal continuations that of the better hypothesis, then the lower id is taken.
 * @throws UserError for options out of bounds or at odds, a model that lacks the attention which they need, and outputs that are no numbers
 */
export async function search<S>(model: StepModel<S>, sources: Sources, options: SearchOptions): Promise<Hypothesis[][]> {
  const settings = resolveSearchOptions(options, model.vocabularySize);
  const { beams, batchSize, nBest, sampling } = settings;
  const between = pacer(options);
  for (const prefix of options.prefixes ?? []) requirePrefix(prefix, settings.maxLength, model.vocabularySize);
  const open = await opener(settings, model.vocabularySize, sources, options);
  const found: Hypothesis[][] = sources.map(() => []);
  const rows = Math.max(1, Math.floor(batchSize / beams));
  for (const batch of batchesByLength(sources, sampling === undefined ? 1 : nBest, rows)) {
    const frontiers = batch.jobs.map(open);
    await decode({ model, settings, between }, sources, batch, frontiers);
    for (const [i, { source }] of batch.jobs.entries()) {
      const hypotheses = frontiers[i]?.finished().slice(0, nBest) ?? [];
      found[source]?.push(...hypotheses.map((path) => toHypothesis(path, settings)));
    }
  }
  for (const hypotheses of found) hypotheses.sort((a, b) => b.penalizedScore - a.penalizedScore);
  return found;
}

/** Returns what begins the search of a job. */
async function opener(
  settings: SearchSettings,
  size: number,
  sources: Sources,
  { prefixes, onToken }: SearchOptions,
): Promise<(job: Job) => Frontier> {
  const { beams, sampling } = settings;
  const constraints = new Constraints(settings, size);
  // Pages that search by steps mostly stream, which has one path.
  const beam = beams > 1 ? (await import("./beam.ts")).beamMaker(beams) : undefined;
  const sampler = sampling && new Sampler(sampling, size);
  return ({ source, number }) => {
    const ids = sources[source] ?? [];
    const own = prefixes === undefined ? settings : { ...settings, prefix: prefixes[source] ?? [] };
    const common = { settings: own, constraints, sourceLength: ids.length };
    if (beam) return beam(common);
    return new Single({
      ...common,
      choose: sampler && sampling ? sampler.choose(uniformDraws(sampling.seed, ids, number)) : chooseMostProbable,
      onToken: onToken && ((id, weights) => onToken(source, id, weights)),
    });
  };
}

interface Decoding<S> {
  readonly model: StepModel<S>;
  readonly settings: SearchSettings;
  readonly between: () => Promise<void> | undefined;
}

/** Steps until every frontier of the batch is done. Their paths are the rows, one frontier after the other. */
async function decode<S>(
  { model, settings, between }: Decoding<S>,
  sources: Sources,
  batch: Batch,
  frontiers: readonly Frontier[],
): Promise<void> {
  await between();
  let { states } = await model.start(batch.sources.map((source) => sources[source] ?? []));
  if (batch.jobs.length > batch.sources.length)
    states = model.select(
      states,
      batch.jobs.map(({ row }) => row),
    );
  let rows = frontiers.length;
  let open = frontiers;
  while (open.length > 0) {
    const pause = between();
    if (pause !== undefined) await pause;
    const step = await model.step(tokensOf(open, rows), states);
    const outputs = readOutputs(step, rows, model.vocabularySize, settings);
    const parents: number[] = [];
    let first = 0;
    for (const frontier of open) {
      const count = frontier.alive.length;
      for (const parent of frontier.advance(outputs, first)) parents.push(first + parent);
      first += count;
    }
    open = open.filter(({ alive }) => alive.length > 0);
    const same = parents.length === rows && parents.every((parent, row) => parent === row);
    states = same || open.length === 0 ? step.states : model.select(step.states, parents);
    rows = parents.length;
  }
}

function tokensOf(frontiers: readonly Frontier[], rows: number): Int32Array {
  const tokens = new Int32Array(rows);
  let row = 0;
  for (const { alive } of frontiers) for (const { token } of alive) tokens[row++] = token;
  return tokens;
}

function readOutputs(
  { logits, attention }: { readonly logits: Float32Array; readonly attention?: Float32Array | undefined },
  rows: number,
  size: number,
  { attention: wanted, coveragePenalty }: SearchSettings,
): StepOutputs {
  if (!wanted && coveragePenalty === 0) return { logits, size, weights: () => undefined };
  if (attention === undefined) {
    const option = wanted ? "attention" : "coveragePenalty";
    throw new UserError(`${option} needs a model that attends to its source, and this one does not; leave it out`);
  }
  const width = attention.length / rows;
  return { logits, size, weights: (row, length) => attention.subarray(row * width, row * width + length) };
}
