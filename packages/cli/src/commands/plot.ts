import { dirname } from "node:path";
import { UserError } from "@s2s/runtime";
import { makeFolder, writeFileAtomically } from "@s2s/trainer";
import { Command, Option } from "commander";
import { countOption, jsonOption, required } from "../options/common.ts";
import { readPlot, type Plot, type PlotOptions } from "../plots/read-plot.ts";
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
  {"text": "...", "strokes": [[dx, dy, lifted], ...]}       drawings, one a line, as the task draw has them

A PNG has a matrix's cells alone, an SVG the names as well.

Examples:
  $ s2s plot run --out curves.svg
  $ s2s plot run --out curves.svg --log
  $ s2s plot tmp/draw/train.jsonl --limit 8 --out drawings.svg`;

export function plotCommand(terminal: Terminal): Command {
  return new Command("plot")
    .description("draw training curves, attention, confusion matrices, forecasts and pen strokes as SVG or PNG")
    .argument("<input>", "folder of a run, or a JSON file")
    .addOption(new Option("--out <file>", "the picture: a name that ends in .svg, or in .png for matrices"))
    .addOption(new Option("--log", "logarithmic axis for losses"))
    .addOption(countOption("limit", "most drawings of a file (default: 12)", 1000))
    .addOption(jsonOption("print what was drawn as one JSON object"))
    .addHelpText("after", HELP)
    .action(async (input: string, { out, json = false, log, limit }: Options) => {
      const file = required(out, "plot needs --out FILE, such as curves.svg");
      const plot = await readPlot(input, { log, limit });
      const picture = draw(plot, file);
      await makeFolder(dirname(file));
      await writeFileAtomically(file, [picture]);
      if (json) terminal.printJson({ input, kind: plot.kind, out: file });
      else terminal.print(`${plot.kind}: ${file}`);
    });
}

function draw(plot: Plot, file: string): Uint8Array {
  if (file.endsWith(".svg")) return Buffer.from(plot.svg());
  if (!file.endsWith(".png")) throw new UserError(`--out ${file}: the name must end in .svg or .png`);
  if (plot.png === undefined) throw new UserError(`--out ${file}: ${plot.kind} are drawn as SVG alone: choose a name that ends in .svg`);
  return plot.png();
}
