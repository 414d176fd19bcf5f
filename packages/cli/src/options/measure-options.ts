import { SEARCH_NUMBERS, UserError, type GenerateOptions } from "@s2s/runtime";
import { TEXT_MEASURES, type ReferenceGrouping, type TextMeasureName } from "@s2s/trainer";
import { Option, type Command } from "commander";
import { oneOf } from "./common.ts";
import { nameList } from "./lists.ts";
import { searchOptions } from "./search-options.ts";

const NAMES = Object.keys(TEXT_MEASURES) as TextMeasureName[];
const GROUPINGS: readonly ReferenceGrouping[] = ["source", "line"];

/** What these options give a command's action. */
export interface MeasureOptions {
  readonly metrics?: readonly TextMeasureName[];
  readonly metric?: readonly TextMeasureName[];
  readonly references?: ReferenceGrouping;
}

/** `--metrics` (or `--metric`) and `--references`: what answers in text are measured by, and against what. @param standard the measures without the option, for help */
export function addMeasureOptions(command: Command, standard: string): void {
  command
    .addOption(
      new Option("--metrics <list>", `of ${NAMES.join(", ")}, with commas (default: ${standard})`).argParser(nameList("--metrics", NAMES)),
    )
    .addOption(new Option("--metric <list>").hideHelp().argParser(nameList("--metric", NAMES)))
    .addOption(
      new Option(
        `--references <${GROUPINGS.join("|")}>`,
        "pairs with one source are one text with several references, or each line is by itself (default: source)",
      ).argParser(oneOf("--references", GROUPINGS)),
    );
}

/** The measures that were asked for, if any. */
export function givenMetrics({ metrics, metric }: MeasureOptions): readonly TextMeasureName[] | undefined {
  if (metrics !== undefined && metric !== undefined) throw new UserError("--metric and --metrics say the same: give one of them");
  return metrics ?? metric;
}

/** Of a search, what is not about the one most probable answer. */
const OTHERS = new Set<string>(["nBest", "temperature", "topK", "topP", "seed"]);

/** Options of a search that change what the one answer is, without those of drawing at random. */
export function deterministicSearchOptions(): Option[] {
  return searchOptions().filter((option) => !OTHERS.has(option.attributeName()));
}

/** Those that were given, among all options of a command. */
export function givenSearch(options: object): GenerateOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name in SEARCH_NUMBERS && !OTHERS.has(name)));
}

/** What the measures are, for help and as docs/tasks.md says. */
export const MEASURES_HELP = `bleu, chrf and chrf++ are sacreBLEU's (13a tokens, exponential smoothing), from 0 to 100. wer, the word error rate, is the
edits that answers are away from their closest references, for each token between spaces of these; per is the same count where tokens are phones, and
cer is that of characters. exact is the share of texts whose answer is one of their references, and ser, the sequence error rate, that of the others:
what papers on grapheme-to-phoneme conversion call the word error rate, since there a text is a word.`;
