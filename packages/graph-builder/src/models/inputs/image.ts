import type { InputOf } from "@s2s/runtime/manifest";
import { cnn } from "../../layers/cnn.ts";
import { product } from "../../shape.ts";
import { reshape, transpose } from "../../ops/movement.ts";
import type { InputKind } from "./input.ts";

/** An image of numbers from 0 to 1: source [B, C, H, W]. It becomes the features of a convolutional network, whose last map has a part for each place. */
export const image: InputKind<InputOf<"image">> = {
  width: ({ features }) => features,
  partWidth: ({ filters }) => filters.at(-1)!,
  declare: (graph, { channels, height, width }, { batch }, type) => ({
    source: graph.input("source", type, [batch, channels, height, width]),
    lengths: null,
  }),
  make(scope, config) {
    const look = cnn(scope.in("cnn"), config);
    return ({ source }) => {
      const { map, features } = look(source!);
      const [batch, channels, ...places] = map.shape;
      // [B, C, h, w] -> [R, B, C]
      return { kind: "vector", x: features, map: transpose(reshape(map, [batch, channels, product(places)]), [2, 0, 1]) };
    };
  },
};
