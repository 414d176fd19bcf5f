import type { OutputOf } from "@s2s/runtime/manifest";
import { dropout } from "../../layers/dropout.ts";
import { linear } from "../../layers/linear.ts";
import { POOLINGS } from "../../layers/pooling.ts";
import { softmax } from "../../ops/reduce.ts";
import type { HeadKind, HeadSource } from "./head.ts";
import { labelLoss } from "./label-loss.ts";

/** One of a few classes for the whole source: target int32 [B] -> probabilities [B, C]. */
export const label: HeadKind<OutputOf<"label">> = {
  declare: (graph, _config, { batch }) => graph.input("target", "int32", [batch]),
  make(scope, { classes, pooling }, width) {
    const project = linear(scope.in("readout"), width, classes);
    const logits = ({ summary, steps }: HeadSource) => {
      const pooled = steps ? POOLINGS[pooling]({ x: steps.outputs, lengths: steps.lengths, last: summary }) : summary;
      return project(dropout(scope.in("readout"), pooled));
    };
    return {
      loss: (source, target, options) => labelLoss(logits(source), target, options),
      predict: (source) => ({ name: "probabilities", value: softmax(logits(source)) }),
    };
  },
};
