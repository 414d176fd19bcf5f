import { type Generation, type GenerateOptions, readBundle, UserError } from "@s2s/runtime";
import { Command, Option } from "commander";
import { answerAll, noteDevice } from "../answering.ts";
import { jsonOption } from "../options/common.ts";
import { loadModel, type ModelOptions, modelOptions } from "../options/model-options.ts";
import { searchOptions } from "../options/search-options.ts";
import { attended, attentionPlot } from "../plots/answer-attention.ts";
import { requirePicture, writePicture } from "../plots/picture.ts";
import { generationLines } from "../predict/print.ts";
import { noteTruncated } from "../predict/truncated.ts";
import type { Terminal } from "../terminal.ts";

interface Options extends Omit<GenerateOptions, "signal" | "attention">, ModelOptions {
  readonly json?: boolean;
  /** A file for a picture. */
  readonly attention?: string;
}

const HELP = `
Each text gives one line: the translation, or with --json an object with text, score (log-probability in nats), penalizedScore (what answers are
ranked by), tokens and truncated. With --n-best above 1 it gives so many lines, best first: rank, score and text with tabs between them; with --json
the best answer's object has all of them as nBest. There can be fewer where the model finds no more. With --attention and --json the object has source and target, the tokens that attention is over, too.
A text that cannot be translated (longer than the model reads, not UTF-8) is reported on stderr with its number, leaves its line empty
(with --json: {"error"}), and the others go on; the exit code is then 2.

Answers are searched greedily, with --beams above 1 by beam search, and with --temperature, --top-k or --top-p they are drawn at random.

Examples:
  $ s2s translate run "3rd of March, 2021" "12/25/99"
  $ echo "3rd of March, 2021" | s2s translate run
  $ s2s translate run --json < texts.txt > answers.jsonl
  $ s2s translate run "3rd of March, 2021" --beams 4 --n-best 2
  $ s2s translate run "3rd of March, 2021" --temperature 0.8 --top-p 0.9 --n-best 3 --seed 7
  $ s2s translate run "3rd of March, 2021" --ensemble run2,run3
  $ s2s translate run "3rd of March, 2021" --attention map.svg
  $ s2s translate run -- "-1 day"`;

export function translateCommand(terminal: Terminal): Command {
  const command = new Command("translate")
    .description("translate texts: the arguments, or standard input line by line")
    .argument("<run>", "folder of a run or of a bundle")
    .argument("[text...]", "texts; without any, lines of standard input")
    .addOption(jsonOption("print one JSON object a text, a line each"))
    .addOption(new Option("--prefix <text>", "what every answer begins with"))
    .addOption(replaceUnknownOption())
    .addOption(attentionOption())
    .addHelpText("after", HELP);
  for (const option of [...modelOptions(), ...searchOptions()]) command.addOption(option);
  return command.action(async (run: string, texts: string[], options: Options) => {
    const { json = false, attention, threads, device, ep, precision, ensemble, ...search } = options;
    if (attention !== undefined) requireOneSource(attention, texts);
    const model = await loadModel(run, { threads, device, ep, precision, ensemble });
    noteDevice(terminal, model);
    try {
      const { input } = model.manifest.model;
      if (input.kind !== "tokens" && input.kind !== "none")
        throw new UserError(`${run}: takes no texts (${input.kind}); use \`s2s predict\``);
      // What attention is over, so that `s2s plot` draws the same again.
      const { source } = attention === undefined ? {} : await readBundle(run);
      let drawn: Generation | undefined;
      await answerAll<Generation>(texts, "type a text a line; Ctrl-D ends", {
        terminal,
        json,
        noun: "text",
        read: (text) => text,
        async ask(inputs) {
          const answers = await model.generate(inputs as string[], { ...search, attention: attention !== undefined || undefined });
          if (!json || attention === undefined) return answers;
          const besides = (answer: Generation, text: string): Generation => ({ ...answer, ...attended(source, text, answer) });
          return answers.map((answer, i) => ("error" in answer ? answer : besides(answer, inputs[i] as string)));
        },
        print: generationLines,
        onAnswers(answers) {
          [drawn] = answers;
          if (!json) noteTruncated(terminal, answers, model.manifest, search.maxLength);
        },
      });
      if (attention !== undefined && drawn) await writePicture(attentionPlot(attended(source, texts[0]!, drawn)), attention, "--attention");
    } finally {
      await model.dispose();
    }
  });
}

export const replaceUnknownOption = (): Option =>
  new Option(
    "--replace-unknown",
    "give words that the model does not know the source's word that it looked at most, for models that attend",
  );

export const attentionOption = (): Option =>
  new Option("--attention <file>", "draw where the model looked, .svg or .png: in one source, for models that attend");

/** @throws UserError where the picture's name says no format, or where it would be one of several sources, or of none */
export function requireOneSource(attention: string, sources: readonly string[]): void {
  requirePicture(attention, "--attention");
  if (sources.length !== 1)
    throw new UserError(`--attention draws what was looked at in one source, and ${sources.length} are given: give one`);
}
