import { Command, Option } from "commander";
import { countOption, jsonOption, required } from "../options/common.ts";
import { writePicture } from "../plots/picture.ts";
import { readPlot, type PlotOptions } from "../plots/read-plot.ts";
import type { Terminal } from "../terminal.ts";

interface Options extends PlotOptions {
  readonly out?: string;
  readonly json?: boolean;
}

const HELP = `
What is drawn is known by what the input holds:
  a run's folder                                           losses and figures over the steps
  {"source": [...], "target": [...], "attention": [[...]]}  where the decoder looked, a row for each target token
  {"labels": [...], "confusion": [[...]]}                   which labels were taken for which, a row for each true one
  {"history": [...], "forecast": [...], "truth": [...]}     a forecast; "truth", "name" and "baselines" (by name) may be missing
  {"history": [{...}], "steps": [{...}], "truth": [{...}]}  the same by column, a chart for each; "truth" may be missing
  {"text": "...", "strokes": [[dx, dy, lifted], ...]}       drawings, one a line, as the task draw has them

Commands that print them with --json:
  s2s evaluate                    classes and tags: the confusion matrix
  s2s predict                     a forecast with its history and, with --hold-back, what came; drawings
  s2s translate --attention FILE  where the decoder looked; s2s predict likewise

A PNG is drawn with the fonts of this machine, an SVG with those of whoever looks at it.

Examples:
  $ s2s plot run --out curves.svg
  $ s2s plot run --out curves.svg --log
  $ s2s evaluate run --data test.tsv --json > figures.json; s2s plot figures.json --out confusion.svg
  $ s2s predict run last-week.csv --json > forecast.json; s2s plot forecast.json --out forecast.png
  $ s2s plot tmp/draw/train.jsonl --limit 8 --out drawings.svg`;

export function plotCommand(terminal: Terminal): Command {
  return new Command("plot")
    .description("draw training curves, attention, confusion matrices, forecasts and pen strokes as SVG or PNG")
    .argument("<input>", "folder of a run, or a JSON file")
    .addOption(new Option("--out <file>", "the picture: a name that ends in .svg or .png"))
    .addOption(new Option("--log", "logarithmic axis for losses"))
    .addOption(countOption("limit", "most drawings of a file (default: 12)", 1000))
    .addOption(jsonOption("print what was drawn as one JSON object"))
    .addHelpText("after", HELP)
    .action(async (input: string, { out, json = false, log, limit }: Options) => {
      const file = required(out, "plot needs --out FILE, such as curves.svg");
      const plot = await readPlot(input, { log, limit });
      await writePicture(plot, file, "--out");
      if (json) terminal.printJson({ input, kind: plot.kind, out: file });
      else terminal.print(`${plot.kind}: ${file}`);
    });
}
