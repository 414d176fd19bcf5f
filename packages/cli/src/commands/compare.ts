import type { Precision } from "@s2s/runtime/manifest";
import { configKeys, resolveConfig, TEXT_MEASURES, testItems } from "@s2s/trainer";
import { Command, Option } from "commander";
import { compareAnswers, TESTS, type Comparison, type TestName } from "../compare/compare-answers.ts";
import { answersOfSystem, openSystem, readExamples, requireAlike, writesLabels } from "../compare/systems.ts";
import { countOption, deviceOption, jsonOption, oneOf, precisionOption, required } from "../options/common.ts";
import { ConfigOptions } from "../options/config-options.ts";
import {
  addMeasureOptions,
  deterministicSearchOptions,
  givenMetrics,
  givenSearch,
  MEASURES_HELP,
  type MeasureOptions,
} from "../options/measure-options.ts";
import { parseOption } from "../options/value.ts";
import { compareLines } from "../report/compare-report.ts";
import type { Terminal } from "../terminal.ts";

interface Options extends MeasureOptions {
  readonly data?: string;
  readonly test?: TestName;
  readonly samples?: number;
  readonly seed?: number;
  readonly json?: boolean;
  readonly threads?: number;
  readonly device?: string;
  readonly precision?: Precision | "auto";
}

const KEYS = new Set(["data.sourceColumn", "data.targetColumn", "data.images", "data.limit"]);

const SEED = { key: "seed", type: "integer", description: "", minimum: 0, maximum: 4_294_967_295 } as const;

const HELP = `
A and B are runs or bundles, which answer the sources of the examples with texts or labels, or text files with an answer for each example, a line
each. For models that label, exact is the accuracy, and the default. Images lie where they did when the model was trained, unless --images says where.

${MEASURES_HELP}

The bootstrap (Koehn 2004) draws the texts again and again and looks how the scores differ; it gives the 95% intervals, too. Randomization (Riezler and
Maxwell 2005) lets the systems change sides text by text. p is how often a difference as large comes by chance between systems that are equally good,
in sacreBLEU's definition.

Examples:
  $ s2s compare run-a run-b --data test.tsv
  $ s2s compare run-a answers.txt --data test.tsv --metrics bleu,chrf --beams 5
  $ s2s compare run-a run-b --data test.tsv --metrics ser,per --test randomization --json`;

export function compareCommand(terminal: Terminal): Command {
  const command = new Command("compare")
    .description("say which of two systems answers better, and whether that may be chance")
    .argument("<a>", "folder of a run or of a bundle, or a text file of answers")
    .argument("<b>", "the same of the other system")
    .addOption(new Option("--data <file>", "examples to compare on, in the form that the models were trained on"));
  addMeasureOptions(command, "bleu, of labels exact");
  command
    .addOption(new Option(`--test <${TESTS.join("|")}>`, "of significance (default: bootstrap)").argParser(oneOf("--test", TESTS)))
    .addOption(countOption("samples", "of the test (default: 1000, of randomization 10000)", 1_000_000))
    .addOption(new Option("--seed <n>", "of the samples (default: 1)").argParser((text) => parseOption(SEED, "--seed", text)))
    .addOption(jsonOption())
    .addOption(countOption("threads", "CPU threads (default: 1)", 1024))
    .addOption(deviceOption())
    .addOption(precisionOption())
    .addHelpText("after", HELP);
  for (const option of deterministicSearchOptions()) command.addOption(option);
  const given = new ConfigOptions(
    command,
    configKeys().filter(({ key }) => KEYS.has(key)),
  );
  return command.action(async (a: string, b: string, options: Options) => {
    const { data, references = "source", test = "bootstrap", samples, seed = 1, json, threads, device, precision } = options;
    const wanted = givenMetrics(options);
    const file = required(data, "compare needs --data FILE, the examples to compare on");
    const input = given.input();
    const systems = { a: await openSystem(a), b: await openSystem(b) };
    requireAlike(systems.a, systems.b);
    const metrics = wanted ?? (writesLabels(systems.a) || writesLabels(systems.b) ? ["exact"] : ["bleu"]);
    const images = systems.a.images ?? systems.b.images;
    const config = resolveConfig({ ...input, data: { ...(images !== undefined && { images }), ...input.data } }, (path) =>
      given.locate(path, "the options"),
    );
    const examples = await readExamples(file, config, [systems.a, systems.b]);
    const items = testItems(examples, references);
    const questions = {
      items,
      count: examples.length,
      limited: config.data.limit !== undefined,
      device: { threads, device, precision },
      search: givenSearch(options),
    };
    const ofA = await answersOfSystem(systems.a, questions, terminal);
    // A system beside itself says what it refuses once.
    const answers = { a: ofA, b: a === b ? ofA : await answersOfSystem(systems.b, questions, terminal) };
    const measures = metrics.map((name) => TEXT_MEASURES[name]);
    const comparison: Comparison = { a, b, data: file, ...compareAnswers(items, answers, measures, { test, samples, seed }) };
    if (json) terminal.printJson(comparison);
    else for (const line of compareLines(comparison)) terminal.print(line);
  });
}
