import { load, UserError, type Answer, type GenerateOptions, type Model } from "@s2s/runtime";
import type { Precision } from "@s2s/runtime/manifest";
import { Command, Option } from "commander";
import { EXIT } from "../errors.ts";
import { countOption, deviceOption, jsonOption, precisionOption, providerOption } from "../options/common.ts";
import { nameFlags, searchOptions } from "../options/search-options.ts";
import { plural } from "../report/format.ts";
import type { Terminal } from "../terminal.ts";
import { lineGroups, type InputLine } from "../text-lines.ts";

/** Lines of a file that are answered at a time: enough to batch like lengths, few enough that answers come soon. */
const GROUP = 256;

interface Options extends Omit<GenerateOptions, "signal" | "attention"> {
  readonly json?: boolean;
  readonly threads?: number;
  readonly device?: string;
  readonly ep?: string;
  readonly precision?: Precision | "auto";
}

const HELP = `
Each text gives one line: the translation, or with --json an object with text, score (log-probability in nats), penalizedScore (what answers are
ranked by), tokens and truncated. With --n-best above 1 it gives so many lines, best first: rank, score and text with tabs between them; with --json
the best answer's object has all of them as nBest. There can be fewer where the model finds no more.
A text that cannot be translated (longer than the model reads, not UTF-8) is reported on stderr with its number, leaves its line empty
(with --json: {"error"}), and the others go on; the exit code is then 2.

Answers are searched greedily, with --beams above 1 by beam search, and with --temperature, --top-k or --top-p they are drawn at random.

Examples:
  $ s2s translate run "3rd of March, 2021" "12/25/99"
  $ echo "3rd of March, 2021" | s2s translate run
  $ s2s translate run --json < texts.txt > answers.jsonl
  $ s2s translate run "3rd of March, 2021" --beams 4 --n-best 2
  $ s2s translate run "3rd of March, 2021" --temperature 0.8 --top-p 0.9 --n-best 3 --seed 7
  $ s2s translate run -- "-1 day"`;

export function translateCommand(terminal: Terminal): Command {
  const command = new Command("translate")
    .description("translate texts: the arguments, or standard input line by line")
    .argument("<run>", "folder of a run or of a bundle")
    .argument("[text...]", "texts; without any, lines of standard input")
    .addOption(jsonOption("print one JSON object a text, a line each"))
    .addOption(new Option("--prefix <text>", "what every answer begins with"))
    .addOption(countOption("threads", "CPU threads (default: 1)", 1024))
    .addOption(deviceOption())
    .addOption(providerOption())
    .addOption(precisionOption())
    .addHelpText("after", HELP);
  for (const option of searchOptions()) command.addOption(option);
  return command.action(async (run: string, texts: string[], { json = false, threads, device, ep, precision, ...search }: Options) => {
    if (ep !== undefined && device !== undefined) throw new UserError("--ep and --device say the same: give one of them");
    // Nothing else waits for this thread, and one of the model's own takes 70 ms to start.
    const model = await load(run, { device: device ?? ep, precision, threads, worker: false });
    const { name, reason } = model.device;
    if (reason.startsWith("auto") && name !== "node-cpu") terminal.note(`runs on ${name} (${reason})`);
    try {
      const work = { model, terminal, json, search };
      if (texts.length > 0)
        await translate(
          texts.map((text, i) => ({ number: i + 1, text })),
          "text",
          work,
        );
      else await translateInput(work);
    } finally {
      await model.dispose();
    }
  });
}

interface Work {
  readonly model: Model;
  readonly terminal: Terminal;
  readonly json: boolean;
  readonly search: GenerateOptions;
}

async function translateInput(work: Work): Promise<void> {
  const { terminal } = work;
  if ((terminal.stdin as Partial<NodeJS.ReadStream>).isTTY) terminal.note("type a text a line; Ctrl-D ends");
  for await (const lines of lineGroups(terminal.stdin, GROUP)) await translate(lines, "line", work);
}

/** Answers lines in their order; what cannot be answered is reported and leaves its place empty. */
async function translate(lines: readonly InputLine[], noun: string, { model, terminal, json, search }: Work): Promise<void> {
  const texts = lines.flatMap((line) => ("text" in line ? [line.text] : []));
  const answers = await generate(model, texts, search);
  let next = 0;
  for (const line of lines) {
    const answer: Answer = "text" in line ? (answers[next++] as Answer) : { error: line.error };
    if ("error" in answer) {
      terminal.note(`${noun} ${line.number}: ${answer.error}`);
      terminal.exitCode = EXIT.userError;
    }
    if (json) terminal.printJson("error" in answer ? { [noun]: line.number, ...answer } : answer);
    else for (const text of answerLines(answer)) terminal.print(text);
  }
  const cut = answers.filter((answer) => "truncated" in answer && answer.truncated).length;
  if (cut > 0 && !json) terminal.note(`${plural(cut, "answer")} cut off at ${search.maxLength ?? model.manifest.maxTargetLength} tokens`);
}

/** As the model does, with the options in its messages named as they were typed. */
async function generate(model: Model, texts: readonly string[], search: GenerateOptions): Promise<Answer[]> {
  const answers = await model.generate(texts, search).catch((error: unknown) => {
    throw error instanceof UserError ? new UserError(nameFlags(error.message), { cause: error }) : error;
  });
  return answers.map((answer) => ("error" in answer ? { error: nameFlags(answer.error) } : answer));
}

function answerLines(answer: Answer): string[] {
  if ("error" in answer) return [""];
  return answer.nBest?.map(({ score, text }, i) => `${i + 1}\t${score.toFixed(4)}\t${text}`) ?? [answer.text];
}
