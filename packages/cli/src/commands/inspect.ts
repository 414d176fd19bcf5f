import { Command } from "commander";
import { describe } from "../inspect/describe.ts";
import { describeText } from "../inspect/text.ts";
import { jsonOption } from "../options/common.ts";
import { colorsFor, type Terminal } from "../terminal.ts";

const HELP = `
Examples:
  $ s2s inspect run
  $ s2s inspect graphs/train.onnx
  $ s2s inspect run --json`;

export function inspectCommand(terminal: Terminal): Command {
  return new Command("inspect")
    .description("show layers, shapes, parameter counts, operator counts and sizes")
    .argument("<path>", "folder of a run, a bundle or graphs, or an ONNX file")
    .addOption(jsonOption("print the description as one JSON object"))
    .addHelpText("after", HELP)
    .action(async (path: string, { json = false }: { json?: boolean }) => {
      const description = await describe(path);
      if (json) terminal.printJson(description);
      else for (const line of describeText(description, colorsFor(terminal.stdout))) terminal.print(line);
    });
}
