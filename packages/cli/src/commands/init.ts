import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { configKeys } from "@s2s/trainer";
import { Argument, Command, Option } from "commander";
import { jsonOption, oneOf } from "../options/common.ts";
import { parseOption } from "../options/value.ts";
import { RECIPES } from "../recipes/index.ts";
import { CONFIG_FILE, type Recipe, type RecipeFile } from "../recipes/recipe.ts";
import { writeFiles } from "../recipes/write-files.ts";
import { plural, shellWord, table } from "../report/format.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly recipe: string;
  readonly seed: number;
  readonly data?: string;
  readonly split?: string;
  readonly json?: boolean;
}

interface WrittenFile {
  readonly path: string;
  /** Undefined for the configuration and for what examples refer to. */
  readonly examples?: number | undefined;
}

const names = Object.keys(RECIPES);

const HELP = `
Recipes whose data are generated, as a function of the seed:
${listing(({ data }) => data === undefined)}

Recipes that are made from files of yours (--data), which are only read:
${listing(({ data }) => data !== undefined)}

What is there already with the same content is left alone.

Examples:
  $ s2s init tmp/dates --recipe dates
  $ s2s init tmp/scan --recipe scan --data ~/scan --split jump`;

function listing(which: (recipe: Recipe) => boolean): string {
  const rows = Object.entries(RECIPES).filter(([, recipe]) => which(recipe));
  return table(rows.map(([name, { description }]) => [`  ${name}`, description])).join("\n");
}

export function initCommand(terminal: Terminal): Command {
  return new Command("init")
    .description("make a folder with a data set and the configuration that trains on it")
    .addArgument(new Argument("<folder>", "where to put them; made where it is missing"))
    .addOption(new Option("--recipe <name>", "which data set, see below").default("dates").argParser(oneOf("--recipe", names)))
    .addOption(new Option("--data <path>", "file or folder that the recipe is made from"))
    .addOption(new Option("--split <name>", "which examples are held out, where a recipe has several ways (default: its first)"))
    .addOption(new Option("--seed <n>", "seed of what is generated and of random splits").default(1).argParser(parseSeed))
    .addOption(jsonOption("print the files as one JSON object"))
    .addHelpText("after", HELP)
    .action(async (folder: string, { recipe: name, seed, data, split, json = false }: Options) => {
      const recipe = RECIPES[name];
      if (recipe === undefined) throw new Error(`no recipe ${name}`);
      const files = await recipe.make({ seed, data: dataFor(name, recipe, data), split: splitFor(name, recipe, split) });
      const paths = await writeFiles(folder, files);
      const written = files.map(({ examples }, i): WrittenFile => ({ path: paths[i]!, examples }));
      if (json) terminal.printJson({ folder, recipe: name, seed, files: written });
      else for (const line of lines(folder, files, written)) terminal.print(line);
    });
}

/** @throws UserError where the recipe needs data and there are none, or the other way round */
function dataFor(name: string, { data: needed }: Recipe, given: string | undefined): string {
  if (needed !== undefined && given === undefined) throw new UserError(`${name} needs --data PATH: ${needed}`);
  if (needed === undefined && given !== undefined) throw new UserError(`--data ${given}: ${name} generates its data: leave --data out`);
  return given ?? "";
}

function splitFor(name: string, { splits }: Recipe, given: string | undefined): string {
  if (splits === undefined && given !== undefined) throw new UserError(`--split ${given}: ${name} has one way to split: leave --split out`);
  return given === undefined ? (splits?.[0] ?? "") : oneOf("--split", splits ?? [])(given);
}

function parseSeed(text: string): number {
  const key = configKeys().find((each) => each.key === "training.seed");
  if (key === undefined) throw new Error("the configuration has no training.seed");
  return Number(parseOption(key, "--seed", text));
}

/** The files with examples and the configuration; what lies in folders is counted. */
function lines(folder: string, files: readonly RecipeFile[], written: readonly WrittenFile[]): string[] {
  const inFolders = files.filter(({ name }) => name.includes("/"));
  const rows = written
    .filter((_, i) => !inFolders.includes(files[i]!))
    .map(({ path, examples }) => [path, examples === undefined ? "" : plural(examples, "example")]);
  if (inFolders.length > 0) rows.push([join(folder, inFolders[0]!.name.split("/")[0]!), plural(inFolders.length, "file")]);
  const config = join(folder, CONFIG_FILE);
  return [...table(rows), "Next:", `  s2s train --config ${shellWord(config)} --out ${shellWord(`${join(folder, ".")}-run`)}`];
}
