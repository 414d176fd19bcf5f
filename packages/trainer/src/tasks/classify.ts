import { classificationFigures } from "../measures/classification.ts";
import { labelled } from "./labelled.ts";
import type { Told } from "./labelled.ts";
import type { Figures } from "./task.ts";

/** A source to one of a few labels: lines of text, tab, label. */
export const classify = labelled({
  name: "classify",
  unit: "label",
  sources: ["text", "vectors", "vector", "image", "frames"],
  perStep: false,
  worth: ({ accuracy = Number.NaN }) => accuracy,
  measure: classFigures,
  details: classDetails,
});

/** Accuracy and macro F1 of one label each. */
export function classFigures({ truth, found, labels }: Told): Figures {
  const { accuracy, macroF1 } = classificationFigures(truth.flat(), found.flat(), labels);
  return { accuracy, macroF1 };
}

/** Figures of each class that occurs, and how often each (rows) was taken for which (columns). */
export function classDetails({ truth, found, labels }: Told): Readonly<Record<string, unknown>> {
  const { classes, confusion } = classificationFigures(truth.flat(), found.flat(), labels);
  return { classes, confusion };
}
