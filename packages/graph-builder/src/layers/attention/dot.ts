import { matmul } from "../../ops/matmul.ts";
import { transpose } from "../../ops/movement.ts";
import { type MakeScore, coverageTerm, requireEqualWidths } from "./score.ts";

/** score = q . m (Luong et al. 2015, "dot"): no parameters, equal widths. */
export const dot: MakeScore = (scope, widths) => {
  requireEqualWidths("dot", widths);
  const withCoverage = coverageTerm(scope, widths);
  return {
    keys: (values) => values,
    score: (queries, keys, coverage) => withCoverage(matmul(queries, transpose(keys)), coverage),
  };
};
