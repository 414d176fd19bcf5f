import type { Config } from "./config.ts";
import type { ValidationFigures } from "./position.ts";
import type { Task } from "./tasks/task.ts";

/**
 * Whether an epoch's weights are better than the best before: by the loss, or by what the model's own answers are worth, where the loss decides
 * between equals. By "last", and without held-out examples (null figures), the newest are the best.
 *
 * @param before - of the best epoch so far; undefined in the first epoch
 */
export function isBetter(
  task: Pick<Task, "worth">,
  by: Config["training"]["best"],
  fresh: ValidationFigures | null,
  before: ValidationFigures | null | undefined,
): boolean {
  if (fresh == null || before == null || by === "last") return true;
  if (by === "answers") {
    const [now, then] = [worthOf(task, fresh), worthOf(task, before)];
    if (now !== then) return now > then;
  }
  return fresh.loss < before.loss;
}

/** Figures that are no finite number are not kept: such answers are worth nothing. */
function worthOf(task: Pick<Task, "worth">, figures: ValidationFigures): number {
  const worth = task.worth!(figures);
  return Number.isNaN(worth) ? Number.NEGATIVE_INFINITY : worth;
}
