import { UserError } from "@s2s/runtime";
import { PRECISIONS, type Precision } from "@s2s/runtime/manifest";
import { configKeys, EXPORT_DEFAULTS, exportRun, exportWeb } from "@s2s/trainer";
import { Command, Option } from "commander";
import { catchInterrupts } from "../interrupt.ts";
import { countOption, jsonOption, oneOf, required } from "../options/common.ts";
import { ensembleOption } from "../options/model-options.ts";
import { ConfigOptions } from "../options/config-options.ts";
import { parseOption } from "../options/value.ts";
import { exportLines } from "../report/export-report.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly out?: string;
  readonly precision?: readonly Precision[];
  readonly singleFile?: boolean;
  readonly web?: boolean;
  readonly trainable?: boolean;
  readonly ensemble?: readonly string[];
  readonly maxAccuracyDrop?: number;
  readonly data?: string;
  readonly limit?: number;
  readonly json?: boolean;
}

const HELP = `
float16 stores the weights in half of the bytes and computes with them in float32. int8 stores matrices in a quarter of the bytes; large products are
computed in eight bits, small ones, for which that is slower, in float32. float16 runs wherever float32 does, int8 on CPUs and in pages (wasm), not on
GPUs. They are measured against float32 on the validation pairs of the run, and refused where they lose more than --max-accuracy-drop. Of several
precisions the first that runs on a device is taken.

--web writes a folder for any static host: the model (of any task), the element <s2s-model> with all that it needs, a page to try it on, and a README.md
that tells how to put it into a page of one's own. Visitors fetch one precision: the first, or what the page asks for.

--ensemble puts several models into the same graphs, which average what they give: an answer of theirs takes one file, wherever it runs.

--trainable adds train.onnx, a whole training step: with it a program or a page goes on training the float32 weights (docs/browser-training.md).

Examples:
  $ s2s export run --out bundle
  $ s2s export run --out bundle --precision int8,float32 --json
  $ s2s export run --out bundle --ensemble run2,run3
  $ s2s export run --out model --single-file --precision float16
  $ s2s export run --out site --web --precision int8 && s2s serve site
  $ s2s export run --out site --web --trainable && s2s serve site`;

export function exportCommand(terminal: Terminal): Command {
  const command = new Command("export")
    .description("write a trained model for use elsewhere: smaller, in one file, or for web pages")
    .argument("<run>", "folder of a run or of a bundle")
    .addOption(new Option("--out <folder>", "new or empty folder, or one with an older export, which is replaced"))
    .addOption(
      new Option("--precision <list>", `${PRECISIONS.join(", ")}, or several with commas (default: float32)`).argParser(precisions),
    )
    .addOption(
      new Option(
        "--single-file",
        "one generate.onnx with weights, vocabularies and manifest in it, of a model that generates texts from a source",
      ),
    )
    .addOption(new Option("--web", "a folder for web pages, with the model in its bundle/"))
    .addOption(new Option("--trainable", "take a training graph along; with --web and texts also a page to teach the model on"))
    .addOption(ensembleOption())
    .addOption(
      new Option(
        "--max-accuracy-drop <x>",
        `sequence accuracy that a rounded model may lose, as a share (default: ${EXPORT_DEFAULTS.maxAccuracyDrop})`,
      ).argParser(share),
    )
    .addOption(new Option("--data <file>", "tab-separated pairs to measure on (default: the run's validation pairs)"))
    .addOption(countOption("limit", `most pairs to measure on (default: ${EXPORT_DEFAULTS.limit})`, Number.MAX_SAFE_INTEGER))
    .addOption(jsonOption())
    .addHelpText("after", HELP);
  const columns = new ConfigOptions(
    command,
    configKeys().filter(({ key }) => key === "data.sourceColumn" || key === "data.targetColumn"),
  );
  return command.action(
    async (run: string, { out, precision, singleFile, web = false, trainable, ensemble, maxAccuracyDrop, data, limit, json }: Options) => {
      const folder = required(out, "export needs --out FOLDER, a folder for the model");
      const given = columns.input().data;
      if (given !== undefined && data === undefined)
        throw new UserError(
          "--source-column and --target-column say where pairs stand in the lines of --data: give --data FILE too, or leave them out",
        );
      const interruption = catchInterrupts(() => terminal.note("removing what is half written; Ctrl-C again ends at once"));
      const exported = (web ? exportWeb : exportRun)(run, {
        out: folder,
        precisions: precision,
        singleFile,
        trainable,
        ensemble,
        maxAccuracyDrop,
        data,
        limit,
        columns: given,
        signal: interruption.signal,
        onProgress: terminal.stderr.isTTY === true ? (text) => terminal.note(text) : undefined,
      });
      try {
        const { manifest, report } = await exported;
        if (json) terminal.printJson(report);
        else for (const line of exportLines(folder, report, manifest, web)) terminal.print(line);
      } catch (error) {
        if (!interruption.signal.aborted || error !== interruption.signal.reason) throw error;
        terminal.exitCode = interruption.exitCode();
      } finally {
        interruption.dispose();
      }
    },
  );
}

function precisions(text: string): readonly Precision[] {
  const each = oneOf("--precision", PRECISIONS);
  return text.split(",").map((name) => each(name.trim()) as Precision);
}

function share(text: string): number {
  return parseOption(
    { key: "maxAccuracyDrop", type: "number", description: "", minimum: 0, maximum: 1 },
    "--max-accuracy-drop",
    text,
  ) as number;
}
