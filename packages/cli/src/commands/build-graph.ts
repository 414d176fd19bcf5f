import { isSeq2Seq, type ModelConfig } from "@s2s/runtime/manifest";
import { configKeys, modelConfig, taskOf, writeGraphs, type Config, type GraphsManifest } from "@s2s/trainer";
import { Command, Option } from "commander";
import { elements } from "../inspect/layers.ts";
import { jsonOption, required } from "../options/common.ts";
import { ConfigOptions } from "../options/config-options.ts";
import { presetOf, presetOption } from "../options/preset.ts";
import { settleConfig } from "../options/settle-config.ts";
import { bytes, count, shellWord, table } from "../report/format.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly config?: string;
  readonly preset?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const HELP = `
Writes train.onnx (a whole training step), gradients.onnx and update.onnx (the same in two), evaluate.onnx, and the graphs that answer: encoder.onnx and
decoder.onnx (one step) and generate.onnx (a whole answer, greedy or with beams), or predict.onnx of a model that answers at once; with the initial weights and s2s.json, which names every input and output. With
--source-vocab and --target-vocab the vocabularies have just these sizes and no data is read; otherwise they come from the training pairs.

Examples:
  $ s2s build-graph --config dates/s2s.config.json --source-vocab 64 --target-vocab 20 --out graphs
  $ s2s build-graph --data pairs.tsv --hidden 256 --out graphs
  $ s2s build-graph --preset sutskever2014 --out sutskever
  $ s2s inspect graphs`;

export function buildGraphCommand(terminal: Terminal): Command {
  const command = new Command("build-graph")
    .description("write a model's training and inference graphs as ONNX files")
    .addOption(new Option("--config <file>", "configuration in JSON, as `s2s init` writes it"))
    .addOption(presetOption())
    .addOption(new Option("--out <folder>", "new folder for the graphs, or one that build-graph wrote before"))
    .addOption(jsonOption())
    .addHelpText("after", HELP);
  const given = new ConfigOptions(command, configKeys());
  return command.action(async (options: Options) => {
    const out = required(options.out, "build-graph needs --out FOLDER, a folder for the graphs");
    const config = await settleConfig({ file: options.config, preset: presetOf(options), given });
    const manifest = await writeGraphs(out, await modelOf(config), config);
    if (options.json) terminal.printJson(summary(out, manifest));
    else for (const line of lines(out, manifest)) terminal.print(line);
  });
}

/** Without data where the sizes of all vocabularies are given. */
async function modelOf(config: Config): Promise<ModelConfig> {
  const { task, source, target } = config;
  const { modelOf: known, load } = taskOf(task);
  const sizes = source.vocabulary !== undefined &&
    target.vocabulary !== undefined && { source: source.vocabulary, target: target.vocabulary };
  const described = sizes ? known?.(config, sizes) : undefined;
  if (described) return described;
  const { model } = await load(config);
  if (!isSeq2Seq(model)) return model;
  const { input, output } = model;
  return modelConfig(config, { source: source.vocabulary ?? input.vocabulary, target: target.vocabulary ?? output.vocabulary });
}

function summary(folder: string, { model, parameters, files }: GraphsManifest): object {
  return { folder, model, parameters: elements(parameters), files: files.map(({ name, bytes: size }) => ({ name, bytes: size })) };
}

function lines(folder: string, { parameters, files }: GraphsManifest): string[] {
  return [
    ...table(files.map(({ name, bytes: size }) => [name, bytes(size)])),
    `${count(elements(parameters))} parameters. \`s2s inspect ${shellWord(folder)}\` shows what is inside.`,
  ];
}
