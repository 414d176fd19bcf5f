import type { TaskName } from "@s2s/runtime/manifest";
import { described } from "./described.ts";
import { classify } from "./classify.ts";
import { draw } from "./draw.ts";
import { forecastTask } from "./forecast.ts";
import { generate } from "./generate.ts";
import { next } from "./next.ts";
import { tag } from "./tag.ts";
import type { Task } from "./task.ts";
import { translate } from "./translate.ts";

/** Every task by its name. */
const TASKS: Readonly<Record<TaskName, Task>> = {
  caption: described("caption", ["image", "text", "vectors", "vector", "frames"]),
  classify,
  draw,
  forecast: forecastTask("forecast"),
  generate,
  next,
  tag,
  translate,
};

export const taskOf = (name: TaskName): Task => TASKS[name];
