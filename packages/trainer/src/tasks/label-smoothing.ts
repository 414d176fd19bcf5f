import type { Config } from "../config.ts";
import type { Refuse } from "./task.ts";

/** Refuses label smoothing for a task that chooses nothing. */
export function refuseLabelSmoothing({ task, training }: Config, refuse: Refuse): void {
  if (training.labelSmoothing === 0) return;
  const problem = `training.labelSmoothing is for tasks that choose tokens or labels, not for ${task}: leave it out`;
  refuse("training", "labelSmoothing", problem);
}
