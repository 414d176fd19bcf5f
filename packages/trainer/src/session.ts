import { resolve } from "node:path";
import { UserError } from "@s2s/runtime";
import type { ModelConfig } from "@s2s/runtime/manifest";
import type { LoadedCheckpoint } from "./checkpoint.ts";
import { weightsOf } from "./checkpoint.ts";
import { configHash, refuseChanges } from "./config-changes.ts";
import type { Config } from "./config.ts";
import { dataRecord } from "./data-record.ts";
import { batchCount } from "./data/batches.ts";
import { curriculum } from "./data/curriculum.ts";
import type { Examples } from "./data/examples.ts";
import type { Executor, State } from "./executor.ts";
import { firstRows } from "./first-rows.ts";
import type { PretrainedReport } from "./first-rows.ts";
import { resolveConfig } from "./load-config.ts";
import { MetricsWriter } from "./metrics.ts";
import { startPosition } from "./position.ts";
import type { Position } from "./position.ts";
import { readRunConfig, refuseUsedFolder, RunFolder } from "./run-folder.ts";
import { learningRateAt } from "./schedules/learning-rate.ts";
import { defaultThreads } from "./threads.ts";
import { taskOf } from "./tasks/index.ts";
import type { Task, TaskData } from "./tasks/task.ts";
import { Throughput } from "./throughput.ts";
import type { TrainOptions } from "./train-options.ts";

/** Everything that a run needs while it trains. `position` is replaced, never changed, so that it can be compared with `saved`. */
export interface Session {
  readonly options: TrainOptions;
  /** As in the run folder: threads filled in. */
  readonly config: Config;
  readonly threads: number;
  readonly task: Task;
  readonly dataset: TaskData;
  readonly model: ModelConfig;
  readonly run: RunFolder;
  readonly executor: Executor;
  readonly metrics: MetricsWriter;
  readonly throughput: Throughput;
  readonly hashes: { readonly configHash: string; readonly dataHash: string };
  readonly parameters: number;
  /** What came of files of word vectors, in a new run. */
  readonly pretrained: readonly PretrainedReport[];
  readonly resumed: boolean;
  readonly fallback: LoadedCheckpoint["fallback"];
  position: Position;
  /** What the newest checkpoint holds. */
  saved: Position | undefined;
  close(): Promise<void>;
}

/** What the epoch at hand learns from. */
export function examplesOf({ dataset, config: { training }, position }: Session): Examples {
  return training.curriculum > 0 ? curriculum(dataset.train, training.seed, position.epoch) : dataset.train;
}

/** Steps of the epoch at hand. */
export function batchesOf(session: Session): number {
  return batchCount(examplesOf(session).count, session.config.training.batchSize);
}

/** Steps of an epoch with all examples: what a learning rate's schedule counts by. */
export function stepsPerEpoch({ dataset, config }: Session): number {
  return batchCount(dataset.train.count, config.training.batchSize);
}

/**
 * Reads the data, makes the executor and the run folder (in this order: what fails leaves no folder behind), or opens the folder of a run and its
 * newest whole checkpoint.
 * @throws UserError for every mistake that can be known before the first step
 */
export async function openSession(options: TrainOptions): Promise<Session> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    return await open(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(options: TrainOptions, closers: (() => Promise<void>)[], close: () => Promise<void>): Promise<Session> {
  const { folder, resume = false } = options;
  if (options.config.training.best === "answers" && options.measure === undefined) throw new Error("training.best answers needs `measure`");
  if (!resume) await refuseUsedFolder(folder);
  const opened = resume ? await RunFolder.open(folder) : undefined;
  if (opened) closers.push(opened.release);
  const config = complete(options.config, opened && (await readRunConfig(folder)));
  const hash = await configHash(config);
  const loaded = opened && (await resumable(opened, config, hash));
  const task = taskOf(config.task);
  const dataset = await task.load(config);
  refuseChangedData(folder, config, dataset, loaded);
  const { model } = dataset;
  const state = loaded?.checkpoint.state;
  const threads = config.training.threads as number;
  const pretrained = state ? undefined : await firstRows(config, dataset);
  const executor = await options.createExecutor({ model, config, threads, ...(state ? { state } : { firstRows: pretrained!.rows }) });
  closers.push(() => executor.close());
  const run = opened ?? (await RunFolder.create(folder, config));
  if (!opened) closers.push(run.release);
  if (opened) await run.writeConfig(config);
  await run.writeFiles(dataset.files, loaded === undefined);
  await run.writeData(await dataRecord(config, dataset));
  const saved = loaded?.checkpoint.position;
  const position = saved ? goOn(saved, config) : firstPosition(config, dataset);
  const metrics = await MetricsWriter.open(run.paths.metrics, position.metricsLines);
  closers.push(() => metrics.close());
  return {
    options,
    config,
    threads,
    task,
    dataset,
    model,
    run,
    executor,
    metrics,
    throughput: new Throughput(),
    hashes: { configHash: hash, dataHash: dataset.digest },
    parameters: parameterCount(state ?? (await executor.state())),
    pretrained: pretrained?.reports ?? [],
    resumed: resume,
    fallback: loaded?.fallback,
    position,
    saved,
    close,
  };
}

/**
 * The configuration as it is written down with the run: with absolute paths, as the current folder is forgotten, and with the number of threads,
 * which is a part of the result (sums in another order).
 */
function complete(input: Config, stored: Config | undefined): Config {
  const { data, source, target, training, ...rest } = resolveConfig(input, "configuration");
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(path));
  const threads = training.threads ?? stored?.training.threads ?? defaultThreads();
  return {
    ...rest,
    data: { ...data, train: absolute(data.train), valid: absolute(data.valid), images: absolute(data.images) },
    source: { ...source, pretrained: absolute(source.pretrained) },
    target: { ...target, pretrained: absolute(target.pretrained) },
    training: { ...training, threads },
  };
}

async function resumable(run: RunFolder, config: Config, hash: string): Promise<LoadedCheckpoint | undefined> {
  refuseChanges(run.path, await readRunConfig(run.path), config);
  const loaded = await run.checkpoints.load();
  if (loaded !== undefined && loaded.checkpoint.configHash !== hash) {
    throw new UserError(`${run.paths.config}: was changed since the checkpoint was saved; restore it, or train into another folder`);
  }
  return loaded;
}

function refuseChangedData(folder: string, { data }: Config, dataset: TaskData, loaded: LoadedCheckpoint | undefined): void {
  if (loaded !== undefined && loaded.checkpoint.dataHash !== dataset.digest) {
    const files = [data.train, data.valid].filter((path) => path !== undefined).join(" or ");
    throw new UserError(`${folder}: the examples of ${files} changed since the run began; restore them, or train into another folder`);
  }
}

function firstPosition({ training }: Config, { train }: TaskData): Position {
  const stepsPerEpoch = batchCount(train.count, training.batchSize);
  return startPosition(training.epochs, learningRateAt(training, { step: 1, stepsPerEpoch, reductions: 0 }));
}

/** Epochs beyond those asked for before take a run past its early stop. */
function goOn(saved: Position, { training: { epochs, patience } }: Config): Position {
  if (epochs === saved.epochs) return saved;
  const stopped = patience > 0 && saved.epochsWithoutImprovement >= patience;
  return { ...saved, epochs, epochsWithoutImprovement: stopped && epochs > saved.epochs ? 0 : saved.epochsWithoutImprovement };
}

function parameterCount(state: State): number {
  return [...weightsOf(state).values()].reduce((sum, { data }) => sum + data.length, 0);
}
