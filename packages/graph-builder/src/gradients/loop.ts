import { scanGradient } from "../scan-gradient.ts";
import { ShapeError } from "../shape.ts";
import type { Rule, RulesOf } from "./rule.ts";

const unsupported =
  (instead: string): Rule =>
  ({ node }) => {
    throw new ShapeError(`${node.op} (${node.outputs[0].name}) is for inference graphs and has no gradient: use ${instead}`);
  };

export const loopRules = {
  GRU: unsupported("the `recurrent` layer"),
  If: unsupported("`where`"),
  LSTM: unsupported("the `recurrent` layer"),
  Loop: unsupported("`scan`"),
  RNN: unsupported("the `recurrent` layer"),
  Scan: scanGradient,
} satisfies RulesOf;
