import type { Manifest } from "@s2s/runtime";
import { plural } from "../report/format.ts";
import type { Terminal } from "../terminal.ts";

/** Says how many answers of some were cut off, if any. @param maxLength what the caller set as the tokens that an answer may have */
export function noteTruncated(
  terminal: Terminal,
  answers: readonly object[],
  { maxTargetLength, target }: Manifest,
  maxLength = maxTargetLength,
): void {
  const cut = answers.filter((answer) => "truncated" in answer && answer.truncated === true).length;
  const missing = target?.reversed ? "; what is missing is the beginning, which this model writes last" : "";
  if (cut > 0) terminal.note(`${plural(cut, "answer")} cut off at ${maxLength} tokens${missing}`);
}
