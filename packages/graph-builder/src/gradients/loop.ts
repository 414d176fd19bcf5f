import { scanGradient } from "../scan-gradient.ts";
import { ShapeError } from "../shape.ts";
import type { Rule, RulesOf } from "./rule.ts";

const unsupported =
  (instead: string): Rule =>
  ({ node }) => {
    throw new ShapeError(`${node.op} (${node.outputs[0].name}) is for inference graphs and has no gradient: use ${instead}`);
  };

export const loopRules = { LSTM: unsupported("the `lstm` layer"), Scan: scanGradient } satisfies RulesOf;
