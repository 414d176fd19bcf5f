import { configKeys, createExecutor, defaultThreads, evaluateBundle, resolveConfig } from "@s2s/trainer";
import { Command, Option } from "commander";
import { jsonOption, required } from "../options/common.ts";
import { ConfigOptions } from "../options/config-options.ts";
import { figureRows } from "../report/figures.ts";
import { table } from "../report/format.ts";
import type { Terminal } from "../terminal.ts";

const HELP = `
Loss, perplexity and token accuracy are those of the right tokens before each one (teacher forcing), per target token with its end counted;
sequence accuracy is the share of pairs whose greedy translation is the target, token for token.

Examples:
  $ s2s evaluate run --data test.tsv
  $ s2s evaluate run --data test.tsv --json > figures.json`;

/** Keys of the configuration that mean something here; the model brings the others. */
const KEYS = new Set(["data.sourceColumn", "data.targetColumn", "data.limit", "training.batchSize", "training.threads", "training.ep"]);

export function evaluateCommand(terminal: Terminal): Command {
  const command = new Command("evaluate")
    .description("measure a trained model on pairs that it has not seen")
    .argument("<run>", "folder of a run or of a bundle")
    .addOption(new Option("--data <file>", "tab-separated pairs to evaluate on"))
    .addOption(jsonOption())
    .addHelpText("after", HELP);
  const given = new ConfigOptions(
    command,
    configKeys().filter(({ key }) => KEYS.has(key)),
  );
  return command.action(async (run: string, options: { data?: string; json?: boolean }) => {
    const file = required(options.data, "evaluate needs --data FILE, the pairs to evaluate on");
    const config = resolveConfig(given.input(), "the options");
    const threads = config.training.threads ?? defaultThreads();
    const evaluation = await evaluateBundle(run, { file, config, threads, createExecutor });
    if (options.json) terminal.printJson(evaluation);
    else for (const line of table(figureRows(evaluation))) terminal.print(line);
  });
}
