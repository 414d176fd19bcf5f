import { load, requireProvider, type Answer, type Model, type Provider } from "@s2s/runtime";
import { Command } from "commander";
import { EXIT } from "../errors.ts";
import { countOption, jsonOption, providerOption } from "../options/common.ts";
import { plural } from "../report/format.ts";
import type { Terminal } from "../terminal.ts";
import { lineGroups, type InputLine } from "../text-lines.ts";

/** Lines of a file that are answered at a time: enough to batch like lengths, few enough that answers come soon. */
const GROUP = 256;

interface Options {
  readonly json?: boolean;
  readonly maxLength?: number;
  readonly batchSize?: number;
  readonly threads?: number;
  readonly ep: Provider;
}

const HELP = `
Each text gives one line: the translation, or with --json an object with text, score (log-probability in nats), tokens and truncated.
A text that cannot be translated (longer than the model reads, not UTF-8) is reported on stderr with its number, leaves its line empty
(with --json: {"error"}), and the others go on; the exit code is then 2.

Examples:
  $ s2s translate run "3rd of March, 2021" "12/25/99"
  $ echo "3rd of March, 2021" | s2s translate run
  $ s2s translate run --json < texts.txt > answers.jsonl
  $ s2s translate run -- "-1 day"`;

export function translateCommand(terminal: Terminal): Command {
  return new Command("translate")
    .description("translate texts: the arguments, or standard input line by line")
    .argument("<run>", "folder of a run or of a bundle")
    .argument("[text...]", "texts; without any, lines of standard input")
    .addOption(jsonOption("print one JSON object a text, a line each"))
    .addOption(countOption("max-length", "most tokens of a translation (default: the model's own bound)", 100_000))
    .addOption(countOption("batch-size", "texts translated side by side; changes speed and memory, not answers", 65_536).default(64))
    .addOption(countOption("threads", "CPU threads", 1024).default(1))
    .addOption(providerOption())
    .addHelpText("after", HELP)
    .action(async (run: string, texts: string[], options: Options) => {
      // Asked in a process of its own: a provider that fails here writes to stderr past every log level.
      await requireProvider(options.ep);
      const model = await load(run, { device: options.ep, threads: options.threads });
      try {
        if (texts.length > 0)
          await translate(
            texts.map((text, i) => ({ number: i + 1, text })),
            "text",
            { model, terminal, options },
          );
        else await translateInput({ model, terminal, options });
      } finally {
        await model.dispose();
      }
    });
}

interface Work {
  readonly model: Model;
  readonly terminal: Terminal;
  readonly options: Options;
}

async function translateInput(work: Work): Promise<void> {
  const { terminal } = work;
  if ((terminal.stdin as Partial<NodeJS.ReadStream>).isTTY) terminal.note("type a text a line; Ctrl-D ends");
  for await (const lines of lineGroups(terminal.stdin, GROUP)) await translate(lines, "line", work);
}

/** Answers lines in their order; what cannot be answered is reported and leaves its place empty. */
async function translate(lines: readonly InputLine[], noun: string, { model, terminal, options }: Work): Promise<void> {
  const texts = lines.flatMap((line) => ("text" in line ? [line.text] : []));
  const answers = await model.generate(texts, { maxLength: options.maxLength, batchSize: options.batchSize });
  let next = 0;
  for (const line of lines) {
    const answer: Answer = "text" in line ? (answers[next++] as Answer) : { error: line.error };
    if ("error" in answer) {
      terminal.note(`${noun} ${line.number}: ${answer.error}`);
      terminal.exitCode = EXIT.userError;
    }
    if (options.json) terminal.printJson("error" in answer ? { [noun]: line.number, ...answer } : answer);
    else terminal.print("error" in answer ? "" : answer.text);
  }
  const cut = answers.filter((answer) => "truncated" in answer && answer.truncated).length;
  if (cut > 0 && !options.json)
    terminal.note(`${plural(cut, "answer")} cut off at ${options.maxLength ?? model.manifest.maxTargetLength} tokens`);
}
