import { weightsOf } from "./checkpoint.ts";
import { trainingBatches } from "./data/batches.ts";
import { meanUnits } from "./data/examples.ts";
import { finishedEvent, interruptedEvent, startEvent, stepEvent, validationEvent } from "./event-makers.ts";
import type { TrainEvent } from "./events.ts";
import type { Batch, State, StepResult } from "./executor.ts";
import { overlap } from "./overlap.ts";
import type { Position } from "./position.ts";
import { lossScale } from "./schedule.ts";
import { learningRateAt, reductionsAfter } from "./schedules/learning-rate.ts";
import { teacherForcingAt } from "./schedules/sampling.ts";
import { batchesOf, examplesOf, openSession, stepsPerEpoch } from "./session.ts";
import type { Session } from "./session.ts";
import type { TrainOptions } from "./train-options.ts";
import { diverged, judge, refuseNonFinite, restoreBundle, trainingAccuracy, validate } from "./validation.ts";

/** Steps between two lines of training metrics. */
const METRICS_EVERY = 10;
const NO_SUMS = { lossSum: 0, units: 0 };

/**
 * Trains a model, or goes on with a run, and tells what happens as events; prints nothing. A run that was killed at any moment and resumed ends with
 * the same weights, byte for byte, as long as executor and `decode` are functions of their inputs.
 *
 * @throws UserError for mistakes in configuration, data and folder, for a full disk, and where the loss stops being a number
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainEvent, void, undefined> {
  const session = await openSession(options);
  try {
    if (session.fallback) yield { type: "fallback", ...session.fallback };
    yield startEvent(session);
    while (isUnfinished(session)) {
      if (options.signal?.aborted === true) {
        yield* save(session);
        yield interruptedEvent(session);
        return;
      }
      yield* session.position.batch < batchesOf(session) ? trainEpoch(session) : closeEpoch(session);
    }
    await restoreBundle(session);
    yield finishedEvent(session);
  } finally {
    await session.close();
  }
}

function isUnfinished({ position, config: { training } }: Session): boolean {
  return position.epoch <= training.epochs && !hasStopped(position, training.patience);
}

function hasStopped({ epochsWithoutImprovement }: Position, patience: number): boolean {
  return patience > 0 && epochsWithoutImprovement >= patience;
}

/** The rest of an epoch's steps. Returns early where the run was asked to stop. */
async function* trainEpoch(session: Session): AsyncGenerator<TrainEvent, void, undefined> {
  const { config, executor, options } = session;
  const { saveEvery } = config.training;
  const examples = examplesOf(session);
  const { input } = session.model;
  const mixLengths = "normalization" in input && input.normalization === "batch";
  const batches = trainingBatches(examples, { ...config.training, mixLengths }, session.position.epoch, session.position.batch);
  const mean = meanUnits(examples);
  const compute = async (batch: Batch) => {
    const step = session.position.step + 1;
    const { reductions } = session.position;
    const learningRate = learningRateAt(config.training, { step, stepsPerEpoch: stepsPerEpoch(session), reductions });
    const teacherForcing = teacherForcingAt(config.training, step);
    const begun = performance.now();
    const result = await executor.step(batch, { step, learningRate, teacherForcing, scale: lossScale(batch.size, mean) });
    session.throughput.add(result.units, (performance.now() - begun) / 1000);
    return { result, step, learningRate };
  };
  for await (const { result: computed, last } of overlap(batches, compute)) {
    const { result, step, learningRate } = computed;
    refuseDivergence(session, result, step);
    session.position = advance(session.position, result, learningRate);
    if (step % METRICS_EVERY === 0) await writeTrainingLine(session, result);
    yield stepEvent(session, result);
    if (saveEvery > 0 && step % saveEvery === 0 && !last) yield* save(session);
    if (options.signal?.aborted === true) return;
  }
}

function refuseDivergence(session: Session, { lossSum, gradientNorm }: StepResult, step: number): void {
  if (!Number.isFinite(lossSum)) throw diverged(session, `the loss became ${lossSum}`, step);
  if (!Number.isFinite(gradientNorm)) throw diverged(session, `the gradient norm became ${gradientNorm}`, step);
}

function advance(position: Position, result: StepResult, learningRate: number): Position {
  const add = (sums: Position["running"]["epoch"]) => ({ lossSum: sums.lossSum + result.lossSum, units: sums.units + result.units });
  return {
    ...position,
    batch: position.batch + 1,
    step: position.step + 1,
    learningRate,
    running: { epoch: add(position.running.epoch), interval: add(position.running.interval) },
  };
}

async function writeTrainingLine(session: Session, { gradientNorm }: StepResult): Promise<void> {
  const { position, metrics, throughput } = session;
  const { epoch, step, learningRate, running } = position;
  const loss = running.interval.lossSum / running.interval.units;
  await metrics.write({ kind: "training", epoch, step, loss, learningRate, gradientNorm, seconds: throughput.elapsed });
  session.position = { ...position, running: { ...running, interval: NO_SUMS }, metricsLines: metrics.lines };
}

/** Validates the weights at the end of an epoch, keeps the best ones and saves. Changes nothing where the run was asked to stop meanwhile. */
async function* closeEpoch(session: Session): AsyncGenerator<TrainEvent, void, undefined> {
  const { executor, metrics, throughput, config } = session;
  const forced = await validate(session);
  const accuracy = await trainingAccuracy(session);
  if (forced === undefined || accuracy === undefined) return;
  const state = await executor.state();
  refuseNonFinite(session, state);
  const { epoch, step, running, best: before, epochsWithoutImprovement } = session.position;
  const { validation, best } = await judge(session, weightsOf(state), forced);
  const trainingLoss = running.epoch.lossSum / running.epoch.units;
  if (validation !== null)
    await metrics.write({
      kind: "validation",
      epoch,
      step,
      trainingLoss,
      ...(accuracy !== null && { trainingAccuracy: accuracy }),
      ...validation,
      seconds: throughput.elapsed,
    });
  session.position = {
    ...session.position,
    epoch: epoch + 1,
    batch: 0,
    best: best ? { epoch, step, validation } : before,
    epochsWithoutImprovement: best ? 0 : epochsWithoutImprovement + 1,
    reductions: reductionsAfter(config.training, session.position, best),
    running: { ...running, epoch: NO_SUMS },
    metricsLines: metrics.lines,
  };
  yield validationEvent(session, { epoch, trainingLoss, best, validation });
  yield* save(session, state);
  const { patience, epochs } = config.training;
  if (epoch < epochs && hasStopped(session.position, patience)) {
    yield { type: "early-stop", epoch, bestEpoch: session.position.best?.epoch ?? epoch, patience };
  }
}

/** Saves what is not saved yet. @throws UserError where the state is not finite or the disk is full; the older checkpoint then stays */
async function* save(session: Session, state?: State): AsyncGenerator<TrainEvent, void, undefined> {
  const { position, saved, run, executor, metrics, hashes } = session;
  if (position === saved) return;
  const current = state ?? (await executor.state());
  refuseNonFinite(session, current);
  await metrics.sync();
  await run.checkpoints.save({ state: current, position, ...hashes });
  session.saved = position;
  yield { type: "checkpoint", epoch: position.epoch, step: position.step, file: run.checkpoints.last };
}
