import { rm } from "node:fs/promises";
import { readBundle, UserError } from "@s2s/runtime";
import type { Manifest } from "@s2s/runtime/manifest";
import { evaluationBatches } from "./data/batches.ts";
import { longestLengths } from "./data/pairs.ts";
import { divergenceError, firstNonFinite } from "./divergence.ts";
import { exactMatch, teacherForcing } from "./evaluate.ts";
import type { State } from "./executor.ts";
import { exportBundle, writeBundle, writeManifest } from "./export.ts";
import type { BundleParts } from "./export.ts";
import { nextOf, publishBundle } from "./export/publish.ts";
import type { ValidationFigures } from "./position.ts";
import type { Session } from "./session.ts";

const DECODE_PAIRS = 200;
/** Bounds of the manifest's lengths. Twice the longest sequence seen leaves room for new text; far longer ones no such model gets right. */
const [SHORTEST_LIMIT, LONGEST_LIMIT] = [32, 100_000];

/**
 * Loss and token accuracy of the held-out pairs by teacher forcing; null where there are none, undefined where the run was asked to stop meanwhile.
 * @throws UserError where the loss is not a number
 */
export async function validate(session: Session): Promise<ValidationFigures | null | undefined> {
  const { dataset, executor, options, config } = session;
  if (dataset.valid.count === 0) return null;
  const batches = evaluationBatches(dataset.valid, config.training);
  try {
    const { loss, tokenAccuracy } = await teacherForcing((batch) => executor.evaluate(batch), batches, options.signal);
    if (!Number.isFinite(loss)) throw diverged(session, `the validation loss became ${loss}`);
    return { loss, tokenAccuracy };
  } catch (error) {
    if (options.signal?.aborted === true && error === options.signal.reason) return undefined;
    throw error;
  }
}

/**
 * Exports the weights beside the bundle, decodes some held-out pairs with them, and keeps them, as bundle and as `best.safetensors`, where they are
 * the best so far. Returns the figures, with the exact match where decoding was asked for.
 */
export async function judge(
  session: Session,
  weights: State,
  figures: ValidationFigures | null,
  best: boolean,
): Promise<ValidationFigures | null> {
  const { dataset, options, run, position } = session;
  const decode = figures === null ? undefined : options.decode;
  if (!best && decode === undefined) return figures;
  const candidate = nextOf(run.paths.bundle);
  const parts = bundleParts(session, weights, { ...position, validation: figures });
  const manifest = await writeBundle(candidate, parts, options.buildInferenceGraphs);
  const complete =
    figures === null || decode === undefined
      ? figures
      : {
          ...figures,
          sequenceAccuracy: await exactMatch(dataset.valid, options.decodePairs ?? DECODE_PAIRS, (sources) => decode(candidate, sources)),
        };
  if (best) await keep(session, weights, complete, { candidate, manifest });
  else await rm(candidate, { recursive: true, force: true });
  return complete;
}

async function keep(
  { run, position: { epoch, step } }: Session,
  weights: State,
  validation: ValidationFigures | null,
  { candidate, manifest }: { readonly candidate: string; readonly manifest: Manifest },
): Promise<void> {
  if (validation !== null) await writeManifest(candidate, { ...manifest, training: { ...manifest.training, validation } });
  await run.checkpoints.saveBest({ weights, epoch, step, validation });
  await publishBundle(candidate, run.paths.bundle);
}

/** Exports `best.safetensors` again where the bundle was lost, such as by a kill while it was put into its place. */
export async function restoreBundle(session: Session): Promise<void> {
  if (await isWhole(session.run.paths.bundle)) return;
  const { weights, ...figures } = await session.run.checkpoints.loadBest();
  await exportBundle(session.run.paths.bundle, bundleParts(session, weights, figures), session.options.buildInferenceGraphs);
}

/** Whether every byte of the bundle is as it was written. */
async function isWhole(bundle: string): Promise<boolean> {
  try {
    await readBundle(bundle);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** @throws UserError where a weight or slot is not finite: such a state is never saved */
export function refuseNonFinite(session: Session, state: State): void {
  const name = firstNonFinite(state);
  if (name !== undefined) throw diverged(session, `${name} is no longer finite`);
}

export function diverged({ position, saved, run }: Session, what: string, step = position.step): Error {
  return divergenceError({ what, step, epoch: position.epoch, folder: run.path, savedStep: saved?.step });
}

interface Figures {
  readonly epoch: number;
  readonly step: number;
  readonly validation: ValidationFigures | null;
}

function bundleParts({ config, dataset, model }: Session, weights: State, { epoch, step, validation }: Figures): BundleParts {
  const longest = longestLengths(dataset.train, dataset.valid);
  return {
    model,
    weights,
    source: { tokens: config.source.tokens, vocabulary: dataset.sourceVocabulary, maxLength: lengthLimit(longest.source) },
    target: { tokens: config.target.tokens, vocabulary: dataset.targetVocabulary, maxLength: lengthLimit(longest.target) },
    training: { seed: config.training.seed, steps: step, epochs: epoch, ...(validation && { validation }) },
  };
}

function lengthLimit(longest: number): number {
  return Math.min(Math.max(2 * longest, SHORTEST_LIMIT), LONGEST_LIMIT);
}
