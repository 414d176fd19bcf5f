import type { Config } from "./config.ts";
import type { SourceKind } from "./data/sources/index.ts";
import { taskOf } from "./tasks/index.ts";

/** What a source is: where nothing is said, the first of its task's kinds. Undefined for a task that reads none. */
export const sourceKind = ({ task, source }: Pick<Config, "task" | "source">): SourceKind | undefined =>
  source.kind ?? taskOf(task).sources[0];
