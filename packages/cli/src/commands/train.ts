import { UserError } from "@s2s/runtime";
import { buildInferenceGraphs, configKeys, createExecutor, measureBundle, train, type TrainEvent } from "@s2s/trainer";
import { Command, Option } from "commander";
import { resolve } from "node:path";
import { catchInterrupts } from "../interrupt.ts";
import { jsonOption } from "../options/common.ts";
import { ConfigOptions } from "../options/config-options.ts";
import { presetOf, presetOption } from "../options/preset.ts";
import { settleConfig } from "../options/settle-config.ts";
import { trainResult } from "../report/train-result.ts";
import { TrainReport } from "../report/train-report.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly config?: string;
  readonly preset?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly json?: boolean;
}

const HELP = `
Options win over the configuration file, and that over the defaults. Every key of the file is an option under its full name too
(--training.batchSize is --batch-size). Paths are relative to the current folder, those in a file to the file's folder.

Ctrl-C finishes the step, saves and says how to go on; a second Ctrl-C ends at once. A run that was killed goes on with --resume as well.

Examples:
  $ s2s train --config dates/s2s.config.json --out run
  $ s2s train --data pairs.tsv --tokens word --hidden 256 --embedding 256 --epochs 10 --out run
  $ s2s train --task classify --data sentences.tsv --bidirectional --epochs 5 --out run
  $ s2s train --preset sutskever2014 --data pairs.tsv --out run
  $ s2s train --resume run --epochs 20
  $ s2s train --data pairs.tsv --out run --ep cuda --json > figures.json`;

export function trainCommand(terminal: Terminal): Command {
  const command = new Command("train")
    .description("train a model of any task, or go on with a run")
    .addOption(new Option("--config <file>", "configuration in JSON, as `s2s init` writes it"))
    .addOption(presetOption())
    .addOption(new Option("--out <folder>", "new folder for the run: configuration, checkpoints, metrics, the trained model"))
    .addOption(new Option("--resume <run>", "go on with the run in this folder; --epochs, --patience, --threads and --ep may change"))
    .addOption(jsonOption("print the result as one JSON object; progress goes to stderr"))
    .addHelpText("after", HELP);
  const given = new ConfigOptions(command, configKeys());
  return command.action(async (options: Options) => {
    const { folder, resume } = target(options);
    const config = await settleConfig({ file: options.config, run: options.resume, preset: presetOf(options), given });
    const report = new TrainReport(terminal, options.json ? terminal.stderr : terminal.stdout);
    const interruption = catchInterrupts(() => report.note("finishing this step, then saving; Ctrl-C again ends at once"));
    const events: TrainEvent[] = [];
    const { onBroken } = terminal;
    let broken: Error | undefined;
    // Without anybody to tell, the run still ends in order: its workers must not be cut off, and what was computed is saved.
    terminal.onBroken = (error) => {
      broken ??= error;
      interruption.stop();
    };
    try {
      for await (const event of train({ folder, config, resume, signal: interruption.signal, ...MACHINERY })) {
        report.show(event);
        if (event.type !== "step") events.push(event);
      }
    } finally {
      report.close();
      interruption.dispose();
    }
    if (broken) onBroken(broken);
    terminal.onBroken = onBroken;
    if (options.json) terminal.printJson(trainResult(events));
    if (events.at(-1)?.type === "interrupted") terminal.exitCode = interruption.exitCode();
  });
}

/** What trains and answers: ONNX Runtime on this machine. */
const MACHINERY = { createExecutor, buildInferenceGraphs, measure: measureBundle };

/** The run's folder, and whether it is there already. @throws UserError where the options do not say or contradict each other */
function target({ config, preset, out, resume }: Options): { folder: string; resume: boolean } {
  if (resume === undefined) {
    if (out === undefined) throw new UserError("train needs --out FOLDER for a new run, or --resume RUN to go on with one");
    return { folder: out, resume: false };
  }
  for (const [name, value] of Object.entries({ config, preset }))
    if (value !== undefined)
      throw new UserError(`--resume goes on with the run's own configuration: leave --${name} out, and give what changes as options`);
  if (out !== undefined && resolve(out) !== resolve(resume))
    throw new UserError("--resume goes on in the run's own folder: leave --out out");
  return { folder: resume, resume: true };
}
