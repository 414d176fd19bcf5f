import { UserError } from "../errors.ts";
import { requireKnown, requireObject } from "../known-options.ts";
import type { TaskName } from "../manifest.ts";
import { GENERATE_NAMES } from "../search/options.ts";

/** What a model of some task takes. */
const ALL_NAMES: readonly string[] = [...GENERATE_NAMES, "bias"];

/** @throws UserError for a name that is known of no task, and for one that is, but says nothing to this one */
export function requireTaskOptions(task: TaskName, options: unknown, known: readonly string[]): void {
  requireObject(options);
  const foreign = ALL_NAMES.find((name) => !known.includes(name) && (options as Record<string, unknown>)[name] !== undefined);
  if (foreign !== undefined) throw new UserError(`${foreign} says nothing to the task ${task}: leave it out`);
  requireKnown(options, known);
}
