import { createRequire } from "node:module";
import { Command } from "commander";
import { benchCommand } from "./commands/bench.ts";
import { buildGraphCommand } from "./commands/build-graph.ts";
import { compareCommand } from "./commands/compare.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { evaluateCommand } from "./commands/evaluate.ts";
import { helpCommand } from "./commands/help.ts";
import { exportCommand } from "./commands/export.ts";
import { initCommand } from "./commands/init.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { parityCommand } from "./commands/parity.ts";
import { plotCommand } from "./commands/plot.ts";
import { predictCommand } from "./commands/predict.ts";
import { schemaCommand } from "./commands/schema.ts";
import { serveCommand } from "./commands/serve.ts";
import { trainCommand } from "./commands/train.ts";
import { scoreCommand } from "./commands/score.ts";
import { translateCommand } from "./commands/translate.ts";
import { colorsFor, type Terminal } from "./terminal.ts";
import { explainUsage, refuseOptionsAsValues } from "./usage.ts";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

const EXAMPLES = `
A model from a generated data set, from nothing to an answer:
  $ s2s init tmp/dates --recipe dates
  $ s2s train --config tmp/dates/s2s.config.json --out tmp/run
  $ s2s evaluate tmp/run --data tmp/dates/test.tsv
  $ echo "3rd of March, 2021" | s2s translate tmp/run

Models of other tasks (labels, tags, forecasts, captions, language models, drawings) are made and measured in the same way, and asked with
\`s2s predict\`; \`s2s init --help\` lists data sets for each.

\`s2s COMMAND --help\` explains a command. Exit codes: 0 done, 1 a device differs (parity), 2 a mistake in what was given, 70 a bug in s2s, 130 ended by Ctrl-C (serve: 0).`;

/** The whole command line of s2s; nothing is parsed yet. */
export function createProgram(terminal: Terminal): Command {
  const bold = (stream: "stdout" | "stderr") => (text: string) => colorsFor(terminal[stream]).bold(text);
  const program = new Command("s2s")
    .description("Trains sequence-to-sequence models in TypeScript through ONNX Runtime, and runs them.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", EXAMPLES)
    .showSuggestionAfterError(false)
    .configureHelp({ styleTitle: bold("stdout"), showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      // Complaints arrive as errors and are printed where all errors are.
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(terminal.stdout.columns ?? 100, 120),
      getOutHasColors: () => colorsFor(terminal.stdout).isColorSupported,
    });
  const commands = [
    initCommand(terminal),
    buildGraphCommand(terminal),
    trainCommand(terminal),
    evaluateCommand(terminal),
    translateCommand(terminal),
    predictCommand(terminal),
    scoreCommand(terminal),
    compareCommand(terminal),
    exportCommand(terminal),
    inspectCommand(terminal),
    doctorCommand(terminal),
    benchCommand(terminal),
    parityCommand(terminal),
    plotCommand(terminal),
    schemaCommand(terminal),
    serveCommand(terminal),
    helpCommand(program),
  ];
  program.helpCommand(false);
  for (const command of commands) {
    command.copyInheritedSettings(program);
    refuseOptionsAsValues(command);
    program.addCommand(command);
  }
  for (const command of [program, ...commands]) {
    command.exitOverride((error) => {
      throw explainUsage(error, command);
    });
  }
  return program;
}
