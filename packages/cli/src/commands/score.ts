import { dirname } from "node:path";
import { load, UserError, type Model, type Score } from "@s2s/runtime";
import type { Precision } from "@s2s/runtime/manifest";
import { holdsRun, readRunConfig } from "@s2s/trainer";
import { Command, Option } from "commander";
import { EXIT } from "../errors.ts";
import { fileLines, textLines } from "../input-text.ts";
import { countOption, deviceOption, jsonOption, precisionOption } from "../options/common.ts";
import { weight, weights } from "../options/lists.ts";
import { nBestLists, pairLists, type CandidateList } from "../score/candidates.ts";
import { rank, scoreLists, type ScoredList, type Weights } from "../score/rescore.ts";
import { plural } from "../report/format.ts";
import type { Terminal } from "../terminal.ts";

/** Answers that are scored at a time: enough to batch like lengths, few enough that scores come soon. */
const GROUP = 256;

interface Options {
  readonly data?: string;
  readonly sources?: string;
  readonly images?: string;
  readonly weights?: readonly number[];
  readonly listWeight?: number;
  readonly nBest?: number;
  readonly batchSize?: number;
  readonly json?: boolean;
  readonly threads?: number;
  readonly device?: string;
  readonly precision?: Precision | "auto";
}

const HELP = `
Each line of input is a source, a tab and an answer; it gives a line of score, source and answer. The score is the log-probability (nats) that the
model gives the answer, its end included; of several runs it is their weighted sum, by default the mean. Runs may have different tokens.

With --n-best the answers to a source, which follow each other, are put in order, the best first: so many of each list are printed, as
s2s translate --n-best does: the text alone for 1, else rank, score and text. With --sources the input are such lists themselves, one for each line of
that file, and --list-weight counts the scores that stand in them.

With --json each answer gives an object with source, text, score, runs (for each: score, and tokens with their log-probabilities) and rank.
A source that a run cannot read is reported on stderr, its line stays empty, and the others go on; the exit code is then 2.

Examples:
  $ s2s score run --data pairs.tsv
  $ printf '3rd of March, 2021\\t2021-03-03\\n' | s2s score run --json
  $ s2s translate run --beams 10 --n-best 10 < texts.txt > lists.tsv
  $ s2s score other-run third-run --sources texts.txt --data lists.tsv --weights 0.4,0.3 --list-weight 0.3 --n-best 1`;

export function scoreCommand(terminal: Terminal): Command {
  return new Command("score")
    .description("say how probable given answers are, and put n-best lists in a new order")
    .argument("<run...>", "folders of runs or of bundles")
    .addOption(new Option("--data <file>", "sources with answers, or n-best lists (default: standard input)"))
    .addOption(new Option("--sources <file>", "texts, a line each, that --data has n-best lists for"))
    .addOption(
      new Option(
        "--images <folder>",
        "where images lie that sources name (default: as in training, else the folder of the file that names them)",
      ),
    )
    .addOption(
      new Option("--weights <list>", "of the runs, with commas (default: equal ones that sum to 1)").argParser(weights("--weights")),
    )
    .addOption(new Option("--list-weight <x>", "of the scores in the lists of --sources (default: 0)").argParser(weight("--list-weight")))
    .addOption(countOption("n-best", "order the answers to each source and print so many of them", 1_000_000))
    .addOption(countOption("batch-size", "answers scored side by side; changes speed and memory, not scores (default: 64)", 65_536))
    .addOption(jsonOption("print one JSON object an answer, a line each"))
    .addOption(countOption("threads", "CPU threads (default: 1)", 1024))
    .addOption(deviceOption())
    .addOption(precisionOption())
    .addHelpText("after", HELP)
    .action(async (runs: string[], { threads, device, precision, ...options }: Options) => {
      const weights = weightsOf(runs, options);
      const lists = listsOf(terminal, options);
      const images = options.images ?? (await imagesOf(runs)) ?? dirname(options.sources ?? options.data ?? ".");
      const models: Model[] = [];
      try {
        for (const run of runs) models.push(await load(run, { device, precision, threads, worker: false }));
        if (options.images !== undefined && models.every(({ manifest }) => manifest.model.input.kind !== "image"))
          throw new UserError("--images is for models that take images: leave it out");
        for await (const group of groups(lists)) {
          for (const list of await scoreLists(group, models, weights, { batchSize: options.batchSize, images }))
            print(list, { terminal, runs, options });
        }
      } finally {
        for (const model of models) await model.dispose();
      }
    });
}

/** Of the first run that knows. */
async function imagesOf(runs: readonly string[]): Promise<string | undefined> {
  for (const run of runs) {
    const images = (await holdsRun(run)) ? (await readRunConfig(run)).data.images : undefined;
    if (images !== undefined) return images;
  }
  return undefined;
}

function weightsOf(runs: readonly string[], { weights, listWeight = 0, sources }: Options): Weights {
  if (weights !== undefined && weights.length !== runs.length)
    throw new UserError(`--weights has ${plural(weights.length, "number")} for ${plural(runs.length, "run")}: give one for each`);
  if (listWeight !== 0 && sources === undefined)
    throw new UserError("--list-weight counts the scores of n-best lists: give their --sources FILE too");
  return { models: weights ?? runs.map(() => 1 / runs.length), given: listWeight };
}

function listsOf(terminal: Terminal, { data, sources }: Options): AsyncIterable<CandidateList> {
  const lines = data === undefined ? textLines(terminal.stdin, "standard input") : fileLines(data);
  return sources === undefined ? pairLists(lines) : nBestLists(lines, fileLines(sources));
}

async function* groups(lists: AsyncIterable<CandidateList>): AsyncGenerator<CandidateList[], void, undefined> {
  let group: CandidateList[] = [];
  let size = 0;
  for await (const list of lists) {
    group.push(list);
    size += list.candidates.length;
    if (size < GROUP) continue;
    yield group;
    [group, size] = [[], 0];
  }
  if (group.length > 0) yield group;
}

const named = (run: string, score: Score): object => ({ run, ...score });

interface Printing {
  readonly terminal: Terminal;
  readonly runs: readonly string[];
  readonly options: Options;
}

function print(list: ScoredList, { terminal, runs, options: { json, nBest } }: Printing): void {
  const { source, where } = list;
  if ("error" in list) {
    terminal.note(`${where}: ${list.error}`);
    terminal.exitCode = EXIT.userError;
    const lines = nBest === undefined ? list.refused : 1;
    for (let i = 0; i < lines; i++)
      if (json) terminal.printJson({ source, error: list.error });
      else terminal.print();
    return;
  }
  const shown = nBest === undefined ? list.candidates : rank(list.candidates).slice(0, nBest);
  if (shown.length === 0 && !json) terminal.print();
  for (const [i, { text, score, given, models }] of shown.entries()) {
    if (json) {
      const order = nBest === undefined ? {} : { rank: i + 1 };
      terminal.printJson({ source, text, score, ...order, given, runs: models.map((each, k) => named(runs[k] as string, each)) });
    } else if (nBest === undefined) terminal.print(`${score.toFixed(4)}\t${source}\t${text}`);
    else terminal.print(nBest === 1 ? text : `${i + 1}\t${score.toFixed(4)}\t${text}`);
  }
}
