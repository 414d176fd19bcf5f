import { load, readBundle, resolveBundle, UserError } from "@s2s/runtime";
import {
  configKeys,
  createExecutor,
  defaultThreads,
  evaluateBundle,
  holdsRun,
  measureAnswers,
  readRunConfig,
  resolveConfig,
  taskOf,
  testItems,
  type Config,
  type Evaluation,
  type TestItem,
  type TextMeasureName,
} from "@s2s/trainer";
import { Command, Option } from "commander";
import { answersOf } from "../answers.ts";
import { jsonOption, required } from "../options/common.ts";
import { ConfigOptions } from "../options/config-options.ts";
import { addMeasureOptions, deterministicSearchOptions, givenMetrics, givenSearch, MEASURES_HELP } from "../options/measure-options.ts";
import type { MeasureOptions } from "../options/measure-options.ts";
import { detailLines } from "../report/details-report.ts";
import { figureRows } from "../report/figures.ts";
import { table } from "../report/format.ts";
import type { Terminal } from "../terminal.ts";

interface Options extends MeasureOptions {
  readonly data?: string;
  readonly json?: boolean;
}

/** Measures of answers in text. */
const STANDARD: readonly TextMeasureName[] = ["bleu", "chrf", "wer", "per", "cer", "ser"];

const HELP = `
Loss, perplexity and token accuracy are those of the right tokens before each one (teacher forcing), per target token with its end counted;
sequence accuracy is the share of pairs whose greedy translation is the target, token for token. What a model answers in text is searched for with
--beams and the like, and measured by --metrics.

${MEASURES_HELP}

Models that label give accuracy, F1 and what was taken for what; language models bits for each character and byte; those that forecast MAE, RMSE and
MASE beside simple baselines; those that draw their loss alone.

Examples:
  $ s2s evaluate run --data test.tsv
  $ s2s evaluate run --data test.tsv --metrics bleu,chrf++ --beams 5
  $ s2s evaluate run --data test.tsv --json > figures.json`;

/** Keys of the configuration that mean something here; the model brings the others. */
const KEYS = new Set([
  "data.sourceColumn",
  "data.targetColumn",
  "data.images",
  "data.limit",
  "forecast.missing",
  "training.batchSize",
  "training.threads",
  "training.ep",
]);

export function evaluateCommand(terminal: Terminal): Command {
  const command = new Command("evaluate")
    .description("measure a trained model on examples that it has not seen")
    .argument("<run>", "folder of a run or of a bundle")
    .addOption(new Option("--data <file>", "examples to evaluate on, in the form that the model was trained on"))
    .addOption(jsonOption());
  addMeasureOptions(command, STANDARD.join(","));
  const given = new ConfigOptions(
    command,
    configKeys().filter(({ key }) => KEYS.has(key)),
  );
  // --batch-size is a key of the configuration already.
  for (const option of deterministicSearchOptions()) if (option.long !== "--batch-size") command.addOption(option);
  command.addHelpText("after", HELP);
  return command.action(async (run: string, options: Options) => {
    const file = required(options.data, "evaluate needs --data FILE, the examples to evaluate on");
    const input = given.input();
    // Where images lie and how a series is read, how gaps are filled for one, is the run's.
    const own = (await holdsRun(run)) ? await readRunConfig(run) : undefined;
    const data = { ...(own?.data.images !== undefined && { images: own.data.images }), ...input.data };
    const config = resolveConfig({ ...input, data, forecast: { ...own?.forecast, ...input.forecast } }, (path) =>
      given.locate(path, "the options"),
    );
    const threads = config.training.threads ?? defaultThreads();
    const items = await textItems(run, { file, config, options });
    const figures = await evaluateBundle(run, { file, config, threads, createExecutor });
    const evaluation = {
      ...withoutEmpty(figures),
      ...(items && (await evaluateTexts(run, items, { config, threads, options, terminal }))),
    };
    if (options.json) terminal.printJson(evaluation);
    else for (const line of [...table(figureRows(evaluation)), ...detailLines(evaluation.details ?? {}, evaluation)]) terminal.print(line);
  });
}

/** A task may know no details of a model. */
function withoutEmpty({ details, ...figures }: Evaluation): Evaluation {
  return { ...figures, ...(details && Object.keys(details).length > 0 && { details }) };
}

interface TextEvaluation {
  readonly config: Config;
  readonly threads: number;
  readonly options: Options;
  readonly terminal: Terminal;
}

/** What a model that answers in text is asked; nothing where its answers are none. */
async function textItems(
  run: string,
  { file, config, options }: Pick<TextEvaluation, "config" | "options"> & { readonly file: string },
): Promise<TestItem[] | undefined> {
  const bundle = await readBundle(await resolveBundle(run));
  const { task } = bundle.manifest;
  const questions = await taskOf(task).questions?.(file, config, bundle);
  if (questions === undefined) {
    if (givenMetrics(options) === undefined) return undefined;
    throw new UserError(`--metrics are of answers in text, which a model for the task ${task} does not give: leave it out`);
  }
  return testItems(questions, options.references ?? "source");
}

/** What a model's answers in text are worth. */
async function evaluateTexts(
  run: string,
  items: readonly TestItem[],
  { config, threads, options, terminal }: TextEvaluation,
): Promise<Record<string, number>> {
  const model = await load(run, { device: config.training.ep, threads, worker: false });
  try {
    const inputs = items.map(({ input }) => input);
    const answers = await answersOf(run, model, inputs, { ...givenSearch(options), batchSize: config.training.batchSize }, terminal);
    const references = items.reduce((sum, item) => sum + item.references.length, 0);
    return { sources: items.length, references, ...measureAnswers(items, answers, givenMetrics(options) ?? STANDARD) };
  } finally {
    await model.dispose();
  }
}
