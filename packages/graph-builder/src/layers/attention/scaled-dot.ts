import { mul } from "../../ops/elementwise.ts";
import { matmul } from "../../ops/matmul.ts";
import { transpose } from "../../ops/movement.ts";
import { type MakeScore, coverageTerm, requireEqualWidths } from "./score.ts";

/** score = q . m / sqrt(W) (Vaswani et al. 2017): the keys are scaled, once. */
export const scaledDot: MakeScore = (scope, widths) => {
  requireEqualWidths("scaled-dot", widths);
  const withCoverage = coverageTerm(scope, widths);
  // ONNX Runtime joins it with a product, whose factor it keeps as float32.
  const scale = Math.fround(1 / Math.sqrt(widths.memory));
  return {
    keys: (values) => mul(values, scale),
    score: (queries, keys, coverage) => withCoverage(matmul(queries, transpose(keys)), coverage),
  };
};
