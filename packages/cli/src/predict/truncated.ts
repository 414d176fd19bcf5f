import { plural } from "../report/format.ts";
import type { Terminal } from "../terminal.ts";

/** Says how many answers of some were cut off, if any. @param most the tokens that an answer may have */
export function noteTruncated(terminal: Terminal, answers: readonly object[], most: number): void {
  const cut = answers.filter((answer) => "truncated" in answer && answer.truncated === true).length;
  if (cut > 0) terminal.note(`${plural(cut, "answer")} cut off at ${most} tokens`);
}
