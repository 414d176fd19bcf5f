import { taggingFigures } from "../measures/tagging.ts";
import { classDetails } from "./classify.ts";
import { needsWholeTokens } from "./whole-tokens.ts";
import { labelled } from "./labelled.ts";

/** A label for each token: lines of text, tab, labels between spaces, as many as the text has tokens. */
export const tag = labelled({
  name: "tag",
  unit: "label",
  sources: ["text", "vectors", "frames"],
  check: needsWholeTokens,
  perStep: true,
  worth: ({ tokenAccuracy = Number.NaN }) => tokenAccuracy,
  measure({ truth, found, labels }) {
    const { sequenceAccuracy, tokens, spans } = taggingFigures(truth, found, labels);
    return { tokenAccuracy: tokens.accuracy, macroF1: tokens.macroF1, ...(spans && { spanF1: spans.f1 }), sequenceAccuracy };
  },
  details(told) {
    const { spans } = taggingFigures(told.truth, told.found, told.labels);
    return { ...classDetails(told), ...(spans && { spans }) };
  },
});
