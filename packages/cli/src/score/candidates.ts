import { UserError } from "@s2s/runtime";
import type { TextLine } from "../input-text.ts";

/** A possible answer. */
export interface Candidate {
  readonly text: string;
  /** The score that it came with, in an n-best list. */
  readonly given?: number | undefined;
}

/** The possible answers to one source, in their order; there may be none. */
export interface CandidateList {
  readonly source: string;
  /** Of the source, or of its first answer. */
  readonly where: string;
  readonly candidates: Candidate[];
}

type Lines = AsyncIterable<readonly TextLine[]>;
type Lists = AsyncGenerator<CandidateList, void, undefined>;

/** How `s2s translate --n-best` prints the first two answers of a list. */
const FIRST_ENTRY = /^1\t-?\d+\.\d{4}\t/u;
const SECOND_ENTRY = /^2\t-?\d+\.\d{4}\t/u;

/** Lines of source, tab, answer; further columns are allowed. Lines that follow each other with the same source are one list. @throws UserError with file:line */
export async function* pairLists(lines: Lines): Lists {
  let open: CandidateList | undefined;
  let before = "";
  for await (const group of lines) {
    for (const { text: line, where } of group) {
      if (FIRST_ENTRY.test(before) && SECOND_ENTRY.test(line))
        throw new UserError(`${where}: looks like an n-best list of s2s translate: give the texts that it answers with --sources FILE`);
      before = line;
      const [source = "", text] = line.split("\t");
      if (text === undefined) throw new UserError(`${where}: has no tab: each line is a source, a tab and an answer to score`);
      if (open?.source !== source) {
        if (open !== undefined) yield open;
        open = { source, where, candidates: [] };
      }
      open.candidates.push({ text });
    }
  }
  if (open !== undefined) yield open;
}

/**
 * Lists as `s2s translate --n-best` prints them, for these sources: lines of rank, score and answer with tabs between them, ranks from 1 on; an empty
 * line for a source that could not be translated.
 * @throws UserError with file:line; also where there are fewer or more lists than sources
 */
export async function* nBestLists(lines: Lines, sources: Lines): Lists {
  const each = flatten(sources);
  let open: CandidateList | undefined;
  for await (const group of lines) {
    for (const { text: line, where } of group) {
      const entry = parseEntry(line, where);
      if (entry.rank > 1 && entry.rank === (open?.candidates.length ?? 0) + 1) open?.candidates.push(entry);
      else if (entry.rank > 1)
        throw new UserError(`${where}: has rank ${entry.rank}, but ${open?.candidates.length ?? 0} come before it: lists go from 1 on`);
      else {
        if (open !== undefined) yield open;
        const source = await each.next();
        if (source.done) throw new UserError(`${where}: begins a list, but there is no source for it: give as many sources as lists`);
        open = { source: source.value.text, where: source.value.where, candidates: entry.rank === 0 ? [] : [entry] };
      }
    }
  }
  if (open !== undefined) yield open;
  const left = await each.next();
  if (!left.done) throw new UserError(`${left.value.where}: has no list of answers: give as many lists as sources`);
}

interface Entry extends Candidate {
  /** 0: an empty line. */
  readonly rank: number;
}

function parseEntry(line: string, where: string): Entry {
  if (line === "") return { rank: 0, text: "" };
  const [, rank, score, text] = /^([1-9]\d*)\t([^\t]+)\t(.*)$/su.exec(line) ?? [];
  const given = Number(score);
  if (text === undefined || !Number.isFinite(given))
    throw new UserError(
      `${where}: is no line of an n-best list, which has rank, score and answer with tabs between them, as s2s translate --n-best prints it`,
    );
  return { rank: Number(rank), given, text };
}

async function* flatten(lines: Lines): AsyncGenerator<TextLine, void, undefined> {
  for await (const group of lines) yield* group;
}
