import { join } from "node:path";
import { configKeys } from "@s2s/trainer";
import { Argument, Command, Option } from "commander";
import { jsonOption, oneOf } from "../options/common.ts";
import { parseOption } from "../options/value.ts";
import { RECIPES } from "../recipes/index.ts";
import type { WrittenFile } from "../recipes/recipe.ts";
import { plural, shellWord, table } from "../report/format.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly recipe: string;
  readonly seed: number;
  readonly json?: boolean;
}

const names = Object.keys(RECIPES);

const HELP = `
Recipes:
${names.map((name) => `  ${name}  ${RECIPES[name]?.description}`).join("\n")}

The files are a function of the seed; what is there already with the same content is left alone.

Example:
  $ s2s init tmp/dates --recipe dates`;

export function initCommand(terminal: Terminal): Command {
  return new Command("init")
    .description("make a folder with a data set and the configuration that trains on it")
    .addArgument(new Argument("<folder>", "where to put them; made where it is missing"))
    .addOption(new Option(`--recipe <${names.join("|")}>`, "which data set").default("dates").argParser(oneOf("--recipe", names)))
    .addOption(new Option("--seed <n>", "seed of the generated pairs").default(1).argParser(parseSeed))
    .addOption(jsonOption("print the files as one JSON object"))
    .addHelpText("after", HELP)
    .action(async (folder: string, { recipe, seed, json = false }: Options) => {
      const files = (await RECIPES[recipe]?.write(folder, { seed })) ?? [];
      if (json) terminal.printJson({ folder, recipe, seed, files });
      else for (const line of lines(folder, files)) terminal.print(line);
    });
}

function parseSeed(text: string): number {
  const key = configKeys().find((each) => each.key === "training.seed");
  if (key === undefined) throw new Error("the configuration has no training.seed");
  return Number(parseOption(key, "--seed", text));
}

function lines(folder: string, files: readonly WrittenFile[]): string[] {
  const rows = files.map(({ path, pairs }) => [path, pairs === undefined ? "" : plural(pairs, "pair")]);
  const config = files.find(({ pairs }) => pairs === undefined);
  const next = config && `  s2s train --config ${shellWord(config.path)} --out ${shellWord(`${join(folder, ".")}-run`)}`;
  return [...table(rows), ...(next ? ["Next:", next] : [])];
}
