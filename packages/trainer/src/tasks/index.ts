import type { TaskName } from "@s2s/runtime/manifest";
import { UserError } from "@s2s/runtime";
import { caption } from "./caption.ts";
import { classify } from "./classify.ts";
import { generate } from "./generate.ts";
import { nextToken } from "./next-token.ts";
import { tag } from "./tag.ts";
import type { Task } from "./task.ts";
import { translate } from "./translate.ts";

/** Every task by its name. */
const TASKS: Partial<Record<TaskName, Task>> = { caption, classify, generate, next: nextToken, tag, translate };

/** @throws UserError where there is no such task yet */
export function taskOf(name: TaskName): Task {
  const task = TASKS[name];
  if (task === undefined) throw new UserError(`task: ${name} cannot be trained; take one of ${Object.keys(TASKS).join(", ")}`);
  return task;
}
