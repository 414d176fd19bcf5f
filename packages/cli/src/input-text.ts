import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { UserError } from "@s2s/runtime";
import { lineGroups } from "./text-lines.ts";

/** Lines that are read at a time. */
const GROUP = 256;

/** A line, and where it stands, for messages: `pairs.tsv:12`. */
export interface TextLine {
  readonly text: string;
  readonly where: string;
}

/** The lines of a text file, in groups. @throws UserError with `file:line` for what is not UTF-8, a system error where it cannot be read */
export async function* fileLines(path: string): AsyncGenerator<TextLine[], void, undefined> {
  // Opened by whoever reads: an error of a stream that nobody reads yet would end the process.
  yield* textLines(createReadStream(path), path);
}

/** As `fileLines`, of a stream; @param name stands for it in messages */
export async function* textLines(input: Readable, name: string): AsyncGenerator<TextLine[], void, undefined> {
  for await (const group of lineGroups(input, GROUP)) {
    yield group.map((line) => {
      const where = `${name}:${line.number}`;
      if ("error" in line) throw new UserError(`${where}: ${line.error}`);
      return { text: line.text, where };
    });
  }
}
