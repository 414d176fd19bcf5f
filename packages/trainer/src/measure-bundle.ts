import type { MeasureBundle } from "./train-options.ts";

/** By the task's own measure, on the CPU. */
export const measureBundle: MeasureBundle = (task, bundle, examples, limit) => task.measure(bundle, examples, { limit });
