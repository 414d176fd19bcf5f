import type { FinishedEvent, InterruptedEvent, StartEvent, StepEvent, ValidationEvent } from "./events.ts";
import type { StepResult } from "./executor.ts";
import type { ValidationFigures } from "./position.ts";
import { batchesOf } from "./session.ts";
import type { Session } from "./session.ts";

export function startEvent(session: Session): StartEvent {
  const { run, parameters, dataset, threads, config, pretrained, resumed, position } = session;
  const { manifest } = dataset;
  return {
    type: "start",
    task: manifest.task,
    folder: run.path,
    parameters,
    examples: { training: dataset.train.count, validation: dataset.valid.count },
    filter: dataset.filter,
    vocabulary: {
      ...(manifest.source && { source: manifest.source.size }),
      ...(manifest.target && { target: manifest.target.size }),
      ...(manifest.labels && { labels: manifest.labels.size }),
    },
    threads,
    epochs: config.training.epochs,
    stepsPerEpoch: batchesOf(session),
    ...(pretrained.length > 0 && { pretrained }),
    ...(resumed && { resumed: { epoch: position.epoch, step: position.step } }),
  };
}

export function stepEvent(session: Session, { lossSum, units, gradientNorm }: StepResult): StepEvent {
  const { position, throughput, config } = session;
  const { epoch, batch, step, learningRate, running } = position;
  const { epochs } = config.training;
  const batches = batchesOf(session);
  return {
    type: "step",
    epoch,
    epochs,
    step,
    batch,
    batches,
    loss: lossSum / units,
    epochLoss: running.epoch.lossSum / running.epoch.units,
    learningRate,
    gradientNorm,
    unitsPerSecond: throughput.unitsPerSecond,
    unit: session.task.unit,
    secondsLeft: throughput.secondsFor((epochs - epoch + 1) * batches - batch),
  };
}

export function validationEvent(
  { position: { step }, config, throughput }: Session,
  epoch: { readonly epoch: number; readonly trainingLoss: number; readonly best: boolean; readonly validation: ValidationFigures | null },
): ValidationEvent {
  const { validation, ...rest } = epoch;
  return {
    type: "validation",
    ...rest,
    step,
    epochs: config.training.epochs,
    ...(validation && { validation }),
    seconds: throughput.elapsed,
  };
}

export function interruptedEvent({ run, position: { epoch, step } }: Session): InterruptedEvent {
  return { type: "interrupted", folder: run.path, epoch, step, next: [`s2s train --resume ${quote(run.path)}`] };
}

export function finishedEvent({ task, model, run, position, config, throughput }: Session): FinishedEvent {
  const folder = quote(run.path);
  const { best, epoch, step } = position;
  if (best === null) throw new Error("a finished run has no best epoch");
  return {
    type: "finished",
    folder: run.path,
    epochs: epoch - 1,
    step,
    bestEpoch: best.epoch,
    ...(best.validation && { validation: best.validation }),
    bundle: run.paths.bundle,
    seconds: throughput.elapsed,
    next: [
      `s2s ${task.ask(folder, model.input.kind)}`,
      `s2s evaluate ${folder} --data test${task.fileEnding(model.input.kind)}`,
      `s2s train --resume ${folder} --epochs ${config.training.epochs + 10}`,
    ],
  };
}

/** A path as a shell takes it for one word. */
function quote(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
