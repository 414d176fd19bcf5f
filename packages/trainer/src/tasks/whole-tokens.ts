import type { Config } from "../config.ts";
import type { Refuse } from "./task.ts";

/** Of tasks in which each token of a source has a meaning of its own. */
export function needsWholeTokens({ task, source: { tokens } }: Config, refuse: Refuse): void {
  if (tokens === "char" || tokens === "word") return;
  refuse("source", "tokens", `${tokens} pieces have no labels of their own: with the task ${task} source.tokens is char or word`);
}
