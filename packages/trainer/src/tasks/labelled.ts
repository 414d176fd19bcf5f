import { given } from "@s2s/runtime";
import type { PairedExamples } from "../data/paired-examples.ts";
import { bundleLabels, learnLabels, NO_LABEL } from "../data/targets/labels.ts";
import { askPredict, pairEnding } from "./asking.ts";
import { answers, labelFigures, mostProbable } from "./classes.ts";
import { loadPaired, readPaired } from "./paired.ts";
import type { TargetForm } from "./paired.ts";
import type { Figures, MeasureOptions, Task } from "./task.ts";

/** Right labels and those that a model gave, of each example, and their names. */
export interface Told {
  readonly truth: readonly (readonly number[])[];
  readonly found: readonly (readonly number[])[];
  readonly labels: readonly string[];
}

/** What makes one of the tasks that label sources. */
export interface Labelling extends Pick<TargetForm, "expand">, Pick<Task, "name" | "unit" | "sources" | "check" | "worth"> {
  /** Whether each token has a label. */
  readonly perStep: boolean;
  /** Of the most probable labels. */
  measure(told: Told): Figures;
  details?(told: Told): Readonly<Record<string, unknown>>;
}

/** A task that chooses from a list of labels what is true of a source, or of each of its steps. */
export function labelled({ name, unit, sources, check, perStep, worth, measure, details, expand }: Labelling): Task<PairedExamples> {
  const form: TargetForm = {
    task: name,
    kind: "text",
    learn: ({ encoder: { pooling } }, file) => learnLabels({ perStep, pooling }, file),
    of: bundleLabels,
    ...(expand && { expand }),
  };
  return {
    name,
    unit,
    sources,
    writesTokens: false,
    ask: askPredict,
    fileEnding: pairEnding,
    ...(check && { check }),
    load: (config) => loadPaired(form, config),
    read: (file, config, bundle) => readPaired(form, file, config, bundle),
    figures: labelFigures,
    worth,
    measure: async (folder, examples, options) => measure(await told(folder, examples, options)),
    ...(details && { details: async (folder, examples, options) => details(await told(folder, examples, options)) }),
  };
}

async function told(folder: string, examples: PairedExamples, options?: MeasureOptions): Promise<Told> {
  const [truth, found]: [number[][], number[][]] = [[], []];
  let labels: readonly string[] = [];
  for await (const { batch, data, bundle } of answers(folder, examples, options)) {
    labels = given(bundle.labels, "labels");
    const best = mostProbable(data, labels.length);
    const target = batch.tensors["target"]!.data;
    const perRow = target.length / batch.size;
    for (let row = 0; row < batch.size; row++) {
      const own = Array.from(target.subarray(row * perRow, (row + 1) * perRow)).filter((label) => label !== NO_LABEL);
      truth.push(own);
      found.push(best.slice(row * perRow, row * perRow + own.length));
    }
  }
  return { truth, found, labels };
}
