import { mul } from "../../ops/elementwise.ts";
import { matmul } from "../../ops/matmul.ts";
import { transpose } from "../../ops/movement.ts";
import { type MakeScore, coverageTerm } from "./score.ts";

/**
 * score = q . m w / sqrt(Q): "general" in the scale of Vaswani et al. 2017, as the keys and queries of a Transformer's head are compared. A step of
 * Adam moves all of w by the same amount, and with it a score by up to the rate times the numbers of q and m in sum: the wider, the farther.
 * Parameter: key.w [W, Q].
 */
export const scaledGeneral: MakeScore = (scope, widths) => {
  const { memory, query } = widths;
  const w = scope.in("key").parameter("w", [memory, query], { kind: "uniform", bound: 1 / Math.sqrt(memory) });
  const withCoverage = coverageTerm(scope, widths);
  // ONNX Runtime joins it with a product, whose factor it keeps as float32.
  const scale = Math.fround(1 / Math.sqrt(query));
  return {
    keys: (values) => mul(matmul(values, w), scale),
    score: (queries, keys, coverage) => withCoverage(matmul(queries, transpose(keys)), coverage),
  };
};
