import { rm } from "node:fs/promises";
import { readBundle, UserError } from "@s2s/runtime";
import type { Manifest } from "@s2s/runtime/manifest";
import { isBetter } from "./best-epoch.ts";
import { evaluationBatches } from "./data/batches.ts";
import { selectExamples } from "./data/examples.ts";
import { divergenceError, firstNonFinite } from "./divergence.ts";
import { teacherForcing } from "./evaluate.ts";
import type { State } from "./executor.ts";
import { exportBundle, writeBundle, writeManifest } from "./export.ts";
import type { BundleParts } from "./export.ts";
import { nextOf, publishBundle } from "./export/publish.ts";
import { finiteFigures } from "./finite-figures.ts";
import type { ValidationFigures } from "./position.ts";
import type { Session } from "./session.ts";
import { spread } from "./tasks/classes.ts";

/**
 * Loss and what else the task measures of the held-out examples by teacher forcing; null where there are none, undefined where the run was asked to stop meanwhile.
 * @throws UserError where the loss is not a number
 */
export async function validate(session: Session): Promise<ValidationFigures | null | undefined> {
  const { task, dataset, executor, options, config } = session;
  if (dataset.valid.count === 0) return null;
  const batches = evaluationBatches(dataset.valid, config.training);
  try {
    const figures = task.figures(await teacherForcing((batch) => executor.evaluate(batch), batches, options.signal), dataset.valid);
    if (!Number.isFinite(figures.loss)) throw diverged(session, `the validation loss became ${figures.loss}`);
    return finiteFigures(figures);
  } catch (error) {
    if (options.signal?.aborted === true && error === options.signal.reason) return undefined;
    throw error;
  }
}

/**
 * The share of right choices on training examples, as many as are held out and spread over all, without dropout; null where it is not asked for or the
 * task has none, undefined where the run was asked to stop meanwhile.
 */
export async function trainingAccuracy({ dataset, executor, options, config }: Session): Promise<number | null | undefined> {
  if (!config.training.measureTraining || dataset.valid.count === 0) return null;
  const examples = selectExamples(dataset.train, spread(dataset.train, dataset.valid.count));
  try {
    const batches = evaluationBatches(examples, config.training);
    const { correct, units } = await teacherForcing((batch) => executor.evaluate(batch), batches, options.signal);
    return correct === undefined || units === undefined ? null : correct / units;
  } catch (error) {
    if (options.signal?.aborted === true && error === options.signal.reason) return undefined;
    throw error;
  }
}

export interface Judgement {
  /** The figures that were given, with those of the answers where they were asked for. */
  readonly validation: ValidationFigures | null;
  /** Whether the weights are the best so far. */
  readonly best: boolean;
}

/**
 * Exports the weights beside the bundle, answers some held-out examples with them, and keeps them, as bundle and as `best.safetensors`, where they are
 * the best so far.
 */
export async function judge(session: Session, weights: State, figures: ValidationFigures | null): Promise<Judgement> {
  const { task, dataset, options, run, position, config } = session;
  const measure = figures === null ? undefined : options.measure;
  const isBest = (fresh: ValidationFigures | null): boolean => isBetter(task, config.training.best, fresh, position.best?.validation);
  if (measure === undefined && !isBest(figures)) return { validation: figures, best: false };
  const candidate = nextOf(run.paths.bundle);
  const parts = bundleParts(session, weights, { ...position, validation: figures });
  const manifest = await writeBundle(candidate, parts, options.buildInferenceGraphs);
  const validation =
    figures === null || measure === undefined
      ? figures
      : { ...figures, ...finiteFigures(await measure(task, candidate, dataset.valid, config.training.answered)) };
  const best = isBest(validation);
  if (best) await keep(session, weights, validation, { candidate, manifest });
  else await rm(candidate, { recursive: true, force: true });
  return { validation, best };
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
  const { manifest, files } = dataset;
  return {
    model,
    weights,
    manifest,
    files,
    training: { seed: config.training.seed, steps: step, epochs: epoch, ...(validation && { validation }) },
  };
}
