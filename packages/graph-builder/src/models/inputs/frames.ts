import type { InputOf } from "@s2s/runtime/manifest";
import { cnn } from "../../layers/cnn.ts";
import { realSteps, swapBatchAndTime } from "../../layers/sequence.ts";
import { reshape } from "../../ops/movement.ts";
import { product } from "../../shape.ts";
import { type InputKind, declareLengths } from "./input.ts";

/** A sequence of images, each of which becomes the features of one convolutional network: source [B, S, C, H, W], numbers from 0 to 1. */
export const frames: InputKind<InputOf<"frames">> = {
  width: ({ features }) => features,
  declare: (graph, { channels, height, width }, dims, type) => ({
    source: graph.input("source", type, [dims.batch, dims.source, channels, height, width]),
    lengths: declareLengths(graph, dims),
  }),
  make(scope, config) {
    const look = cnn(scope.in("cnn"), config);
    return ({ source, lengths }) => {
      const all = swapBatchAndTime(source!);
      const [steps, batch, ...shape] = all.shape;
      const rows = product([steps, batch]);
      const real = reshape(realSteps(all, lengths!), [rows, 1, 1, 1]);
      const { features } = look(reshape(all, [rows, ...shape]), real);
      return { kind: "sequence", x: reshape(features, [steps, batch, config.features]), lengths: lengths! };
    };
  },
};
