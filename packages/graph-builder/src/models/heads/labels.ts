import type { OutputOf } from "@s2s/runtime/manifest";
import type { Value } from "../../ir.ts";
import { dropout } from "../../layers/dropout.ts";
import { linear } from "../../layers/linear.ts";
import { swapBatchAndTime } from "../../layers/sequence.ts";
import { reshape } from "../../ops/movement.ts";
import { softmax } from "../../ops/reduce.ts";
import { product } from "../../shape.ts";
import type { HeadKind, HeadSource } from "./head.ts";
import { labelLoss } from "./label-loss.ts";

/** One of a few classes for every step: target int32 [B, S], -1 at padding -> probabilities [B, S, C]. */
export const labels: HeadKind<OutputOf<"labels">> = {
  declare: (graph, _config, { batch, source }) => graph.input("target", "int32", [batch, source]),
  make(scope, { classes }, width) {
    const project = linear(scope.in("readout"), width, classes);
    const logits = ({ steps }: HeadSource): Value => {
      if (!steps) throw new Error("a label for each step needs a source that has steps");
      return project(dropout(scope.in("readout"), steps.outputs));
    };
    return {
      loss(source, target, options) {
        const all = logits(source);
        const [steps, batch] = all.shape;
        const rows = product([steps, batch]);
        return labelLoss(reshape(all, [rows, classes]), reshape(swapBatchAndTime(target), [rows]), options);
      },
      predict: (source) => ({ name: "probabilities", value: softmax(swapBatchAndTime(logits(source))) }),
    };
  },
};
