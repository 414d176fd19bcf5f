import { UserError, type GenerateOptions, type Model, type ModelInput } from "@s2s/runtime";
import { plural } from "./report/format.ts";
import type { Terminal } from "./terminal.ts";

/** Inputs that are answered between two words about how far it is. */
const GROUP = 1024;

/**
 * A model's answer to each input as text: of models that label the label, or the labels with spaces between them. It is empty where the model refuses
 * the input, which is said once, with the first reason.
 * @param name what messages call the model
 * @throws UserError for models that answer with numbers, and where the model refuses every input
 */
export async function answersOf(
  name: string,
  model: Model,
  inputs: readonly ModelInput[],
  search: GenerateOptions,
  terminal: Terminal,
): Promise<string[]> {
  const answers: string[] = [];
  const refusals: string[] = [];
  const { task, model: config } = model.manifest;
  if (config.output.kind === "numbers" || config.output.kind === "strokes")
    throw new UserError(`a model for the task ${task} answers with numbers, not with texts or labels: measure it with s2s evaluate`);
  for (let from = 0; from < inputs.length; from += GROUP) {
    if (from > 0 && terminal.stderr.isTTY === true) terminal.note(`answered ${from} of ${inputs.length}`);
    for (const answer of await model.predictAll(inputs.slice(from, from + GROUP), search)) {
      if ("error" in answer) refusals.push(answer.error);
      answers.push("error" in answer ? "" : textOf(answer));
    }
  }
  if (refusals.length > 0 && refusals.length === inputs.length)
    throw new UserError(`${name}: answers none of the ${plural(inputs.length, "input")}: ${refusals[0]}`);
  if (refusals.length > 0)
    terminal.note(`${name}: ${plural(refusals.length, "input")} not answered, which counts as empty: ${refusals[0]}`);
  return answers;
}

function textOf(answer: object): string {
  if ("text" in answer) return String(answer.text);
  if ("label" in answer) return String(answer.label);
  if ("labels" in answer && Array.isArray(answer.labels)) return answer.labels.join(" ");
  throw new Error("an answer that is neither text nor labels");
}
