import { text as wholeText } from "node:stream/consumers";
import { type Drawing, type Prediction, type PredictOptions, UserError } from "@s2s/runtime";
import { Command, Option } from "commander";
import { answerAll, noteDevice } from "../answering.ts";
import { jsonOption } from "../options/common.ts";
import { loadModel, type ModelOptions, modelOptions } from "../options/model-options.ts";
import { searchOptions } from "../options/search-options.ts";
import { parseOption } from "../options/value.ts";
import { requirePicture } from "../plots/picture.ts";
import { asker } from "../predict/ask.ts";
import { inputForm } from "../predict/inputs.ts";
import { predictionLines } from "../predict/print.ts";
import { noteTruncated } from "../predict/truncated.ts";
import { plural } from "../report/format.ts";
import type { Terminal } from "../terminal.ts";
import { attentionOption, replaceUnknownOption, requireOneSource } from "./translate.ts";

interface Options extends Omit<PredictOptions, "signal" | "attention">, ModelOptions {
  readonly json?: boolean;
  readonly out?: string;
  /** A file for a picture. */
  readonly attention?: string;
  readonly holdBack?: boolean;
}

const HELP = `
What an input is, and what comes of it, follows from the model's task:

  translate, generate    a text: the answer, or how the text goes on
  classify, next         a text: the most probable label and its probability; with --top-k so many of them: rank, probability, label
  tag                    a text: a label for each token, spaces between them
  caption                the path of a PNG or JPEG file; of vectors and films JSON, nested numbers or a line of the data file: the text
  forecast               a CSV file with a header, of which the last rows are looked at (-: standard input is the file): the steps to come,
                         comma-separated; next of numbers likewise. With --json also the last known ones, as history, which s2s plot draws; --hold-back
                         adds what came
  draw                   a text, or nothing: the drawing as SVG, or into the file that --out names, .svg or .png

Inputs are the arguments or lines of standard input. With --json each gives one object. What cannot be answered is reported on stderr with its number
and leaves its line empty (with --json: {"error"}); the exit code is then 2. Options that say nothing to the model's task are refused.

Examples:
  $ s2s predict run "what a day" --top-k 3
  $ s2s predict run photo.jpg --beams 4
  $ head -1 test.jsonl | s2s predict run
  $ s2s predict run last-week.csv --json
  $ s2s predict run "once upon" --temperature 0.8 --seed 7
  $ s2s predict run "hello" --bias 1 --out hello.svg`;

/** Graves 2013 uses up to 10. */
const BIAS = { key: "bias", type: "number", description: "", minimum: 0, maximum: 10 } as const;

export function predictCommand(terminal: Terminal): Command {
  const command = new Command("predict")
    .description("answer with a model of any task")
    .argument("<run>", "folder of a run or of a bundle")
    .argument("[input...]", "texts, paths of files or JSON; without any, lines of standard input")
    .addOption(jsonOption("print one JSON object an input, a line each"))
    .addOption(new Option("--out <file>", "where a drawing is written to, .svg or .png"))
    .addOption(
      new Option("--bias <x>", "of drawings: above 0 neater ones (default: 0)").argParser((text) => parseOption(BIAS, "--bias", text)),
    )
    .addOption(new Option("--prefix <text>", "what every answer begins with"))
    .addOption(replaceUnknownOption())
    .addOption(attentionOption())
    .addOption(
      new Option("--hold-back", "of a series: forecast its last rows from those before; --json has them as truth, beside the steps"),
    )
    .addHelpText("after", HELP);
  for (const option of [...modelOptions(), ...searchOptions()]) command.addOption(option);
  return command.action(async (run: string, inputs: string[], options: Options) => {
    const { json = false, out, attention, holdBack = false, threads, device, ep, precision, ensemble, ...predict } = options;
    if (out !== undefined) requirePicture(out, "--out");
    if (attention !== undefined) requireOneSource(attention, inputs);
    const model = await loadModel(run, { threads, device, ep, precision, ensemble });
    noteDevice(terminal, model);
    try {
      const { input, output } = model.manifest.model;
      // What draws from nothing needs nothing to be typed.
      const asked = inputs.length === 0 && input.kind === "none" && output.kind === "strokes" ? [""] : inputs;
      if (out !== undefined && output.kind !== "strokes") throw new UserError("--out is for models that draw; redirect the output instead");
      if (out !== undefined && asked.length !== 1) throw new UserError("--out holds one drawing: give one input");
      const { series } = model.manifest;
      if (holdBack && series === undefined) throw new UserError("--hold-back is for models of series: leave it out");
      const heldBack = holdBack && output.kind === "numbers" ? output.steps : 0;
      const whole = series && inputs.includes("-") ? await wholeText(terminal.stdin) : undefined;
      const { hint, read } = inputForm(model.manifest, { whole, heldBack });
      await answerAll<Prediction>(asked, hint, {
        terminal,
        json,
        noun: "input",
        read,
        ask: await asker(model, { run, json, out, attention, heldBack, search: predict }),
        onAnswers: (answers) => json || noteTruncated(terminal, answers, model.manifest, predict.maxLength),
        print: (answer) => (out === undefined ? predictionLines(answer, predict.topK !== undefined) : [drawn(answer as Drawing, out)]),
      });
    } finally {
      await model.dispose();
    }
  });
}

const drawn = ({ strokes }: Drawing, out: string): string => `${out}: ${plural(strokes.length, "point")}`;
