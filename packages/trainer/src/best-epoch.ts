import type { Config } from "./config.ts";
import type { ValidationFigures } from "./position.ts";
import type { Task } from "./tasks/task.ts";

/**
 * Whether an epoch's weights are better than the best before: by the loss, or by what the model's own answers are worth, where the loss decides
 * between equals. Without held-out examples (null figures) the newest are the best.
 *
 * @param before - of the best epoch so far; undefined in the first epoch
 */
export function isBetter(
  task: Pick<Task, "worth">,
  by: Config["training"]["best"],
  fresh: ValidationFigures | null,
  before: ValidationFigures | null | undefined,
): boolean {
  if (fresh == null || before == null) return true;
  const gain = by === "answers" ? task.worth!(fresh) - task.worth!(before) : 0;
  return gain === 0 ? fresh.loss < before.loss : gain > 0;
}
