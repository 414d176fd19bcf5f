import { UserError } from "@s2s/runtime";
import { columnOf } from "../data/rows.ts";
import { taggingFigures } from "../measures/tagging.ts";
import { classDetails } from "./classify.ts";
import { labelled } from "./labelled.ts";

/** A label for each token: lines of text, tab, labels between spaces, as many as the text has tokens. */
export const tag = labelled({
  name: "tag",
  unit: "label",
  perStep: true,
  parse(row, { data }, tokenizer) {
    const text = columnOf(row, data.sourceColumn, "text", "data.sourceColumn");
    const labels = columnOf(row, data.targetColumn, "labels", "data.targetColumn").split(/ +/).filter(Boolean);
    const tokens = tokenizer.tokenize(text).length;
    if (tokens !== labels.length)
      throw new UserError(
        `${row.where}: ${tokens} tokens (${tokenizer.unit}) but ${labels.length} labels: give each token its label, or set source.tokens`,
      );
    return [{ text, labels }];
  },
  measure({ truth, found, labels }) {
    const { sequenceAccuracy, tokens, spans } = taggingFigures(truth, found, labels);
    return { tokenAccuracy: tokens.accuracy, macroF1: tokens.macroF1, ...(spans && { spanF1: spans.f1 }), sequenceAccuracy };
  },
  details: classDetails,
});
