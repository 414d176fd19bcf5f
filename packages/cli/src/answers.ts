import type { GenerateOptions, Model } from "@s2s/runtime";
import { plural } from "./report/format.ts";
import type { Terminal } from "./terminal.ts";

/** Texts that are answered between two words about how far it is. */
const GROUP = 1024;

/** A model's answer to each text; an empty one where it has none, which is said once, with the first reason. */
export async function answersOf(model: Model, texts: readonly string[], search: GenerateOptions, terminal: Terminal): Promise<string[]> {
  const answers: string[] = [];
  const refusals: string[] = [];
  for (let from = 0; from < texts.length; from += GROUP) {
    if (from > 0 && terminal.stderr.isTTY === true) terminal.note(`answered ${from} of ${texts.length}`);
    for (const answer of await model.generate(texts.slice(from, from + GROUP), search)) {
      if ("error" in answer) refusals.push(answer.error);
      answers.push("error" in answer ? "" : answer.text);
    }
  }
  if (refusals.length > 0) terminal.note(`${plural(refusals.length, "text")} not answered, which counts as empty: ${refusals[0]}`);
  return answers;
}
