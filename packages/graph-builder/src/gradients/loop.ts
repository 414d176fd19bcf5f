import { scanGradient } from "../scan-gradient.ts";
import { ShapeError } from "../shape.ts";
import type { Rule, RulesOf } from "./rule.ts";

const unsupported =
  (instead: string): Rule =>
  ({ node }) => {
    throw new ShapeError(`${node.op} (${node.outputs[0].name}) is for inference graphs and has no gradient: use ${instead}`);
  };

export const loopRules = {
  If: unsupported("`where`"),
  LSTM: unsupported("the `lstm` layer"),
  Loop: unsupported("`scan`"),
  Scan: scanGradient,
} satisfies RulesOf;
