import { readBundle, resolveBundle, UserError } from "@s2s/runtime";
import type { Bundle } from "@s2s/runtime";
import { readBundleWeights } from "./bundle-weights.ts";
import type { Config } from "./config.ts";
import { evaluationBatches } from "./data/batches.ts";
import type { Examples } from "./data/examples.ts";
import { teacherForcing } from "./evaluate.ts";
import { openTeacher } from "./export/teacher.ts";
import type { Teacher } from "./export/teacher.ts";
import { finiteFigures } from "./finite-figures.ts";
import { holdsRun, readRunConfig } from "./run-folder.ts";
import { taskOf } from "./tasks/index.ts";
import type { DetailOptions, Task } from "./tasks/task.ts";
import type { CreateExecutor } from "./train-options.ts";

export interface EvaluateBundleOptions {
  /** Examples, in the form that the task trains on. */
  readonly file: string;
  /** Resolved: `data` says where in a line the examples stand and how many are read, `training` batch size, provider and threads. */
  readonly config: Config;
  readonly threads: number;
  readonly createExecutor: CreateExecutor;
}

/** The figures that `s2s evaluate --json` prints. */
export interface Evaluation {
  readonly loss: number;
  readonly examples: number;
  /** What the loss is a mean over: target tokens with their ends, labels, numbers. */
  readonly units: number;
  /** What is no single number. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Figures of the task, by name. */
  readonly [figure: string]: unknown;
}

/**
 * The figures of a bundle, or of a run's bundle, on a file: by the right answers' probability and by its own answers.
 * @throws UserError where bundle or file is missing or damaged, or the file holds no example
 */
export async function evaluateBundle(path: string, options: EvaluateBundleOptions): Promise<Evaluation> {
  const { file, config, threads } = options;
  const folder = await resolveBundle(path);
  const bundle = await readBundle(folder);
  const task = taskOf(bundle.manifest.task);
  const examples = await task.read(file, config, bundle);
  const { evaluateBatch, close } = await teacher(folder, bundle, options);
  try {
    const { batchSize, ep } = config.training;
    const sums = await teacherForcing(evaluateBatch, evaluationBatches(examples, config.training));
    const answering = { provider: ep, threads, batchSize };
    const own = await task.measure(folder, examples, answering);
    const details = await task.details?.(folder, examples, { ...answering, ...(await trainingOf(path, task)) });
    const figures = finiteFigures({ ...task.figures(sums, examples), ...own });
    return { examples: examples.count, units: sums.units ?? 0, ...figures, ...(details && { details }) };
  } finally {
    await close();
  }
}

/** What a run was trained on, as long as its files are there; a bundle alone does not know. */
async function trainingOf(path: string, task: Task): Promise<Pick<DetailOptions, "training" | "season" | "seed">> {
  if (!(await holdsRun(path))) return {};
  const config = await readRunConfig(path);
  const training = async (): Promise<Examples | undefined> => {
    try {
      return (await task.load(config)).train;
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  };
  return { training, season: config.forecast.season, seed: config.training.seed };
}

/** All steps at once in the training graph, where the bundle has the weights for it; of a rounded variant, or of an ensemble, its own graphs. */
async function teacher(folder: string, bundle: Bundle, { config, threads, createExecutor }: EvaluateBundleOptions): Promise<Teacher> {
  if (bundle.variant.precision !== "float32" || bundle.manifest.members)
    return openTeacher(bundle, { provider: config.training.ep, threads });
  const state = await readBundleWeights(folder, bundle.manifest);
  // Slots of an optimiser would only take memory: plain gradient descent has none.
  const plain: Config = { ...config, training: { ...config.training, optimizer: "sgd" } };
  const executor = await createExecutor({ model: bundle.manifest.model, config: plain, threads, state });
  return { evaluateBatch: (batch) => executor.evaluate(batch), close: () => executor.close() };
}
