import { UserError } from "@s2s/runtime";
import { readLines } from "./lines.ts";

/** A source and its target as text, in NFC. */
export interface TextPair {
  readonly source: string;
  readonly target: string;
  /** Where a column says how difficult it is. */
  readonly difficulty?: number;
}

/** Where a pair stands in a line. Columns are separated by tabs and counted from 1; further columns are allowed. */
export interface CorpusOptions {
  readonly sourceColumn: number;
  readonly targetColumn: number;
  /** Column with a number that says how difficult a pair is (default: none). */
  readonly difficultyColumn?: number | undefined;
  /** Reads only so many pairs from the start of the file. */
  readonly limit?: number | undefined;
}

/**
 * Streams the pairs of a tab-separated file in blocks, in constant memory. Every line is a pair; none is skipped.
 *
 * @throws UserError with `file:line` for a line with too few columns or invalid UTF-8; with the file where it cannot be read or holds no pair
 */
export async function* readPairs(path: string, options: CorpusOptions): AsyncGenerator<TextPair[], void, undefined> {
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  let empty = true;
  for await (const { first, lines } of readLines(path)) {
    const wanted = left < lines.length ? lines.slice(0, left) : lines;
    yield wanted.map((line, i) => parsePair(line, options, `${path}:${first + i}`));
    empty = false;
    left -= wanted.length;
    if (left <= 0) return;
  }
  if (empty) throw new UserError(`${path}: is empty: a file of pairs has lines of source, tab, target`);
}

function parsePair(line: string, { sourceColumn, targetColumn, difficultyColumn }: CorpusOptions, where: string): TextPair {
  const columns = line.split("\t");
  const source = columns[sourceColumn - 1];
  const target = columns[targetColumn - 1];
  if (source === undefined || target === undefined) {
    const found = line === "" ? "the line is empty" : `${columns.length} column${columns.length === 1 ? "" : "s"}`;
    const needed = `source is column ${sourceColumn} and target column ${targetColumn}, separated by tabs`;
    throw new UserError(`${where}: ${found}, but ${needed}: mend the line or set data.sourceColumn and data.targetColumn`);
  }
  const pair = { source: source.normalize("NFC"), target: target.normalize("NFC") };
  if (difficultyColumn === undefined) return pair;
  const text = columns[difficultyColumn - 1];
  const difficulty = Number(text);
  if (text === undefined || text.trim() === "" || !Number.isFinite(difficulty))
    throw new UserError(
      `${where}: column ${difficultyColumn} must be a number, the pair's difficulty: mend the line or set training.curriculum to 0`,
    );
  return { ...pair, difficulty };
}
