import { CELLS, NORMALIZATIONS, POOLINGS } from "@s2s/runtime/manifest";
import * as v from "valibot";
import { choice, described, flag, size, text } from "./fields.ts";

/** What reads the source. */
export const EncoderSchema = v.strictObject({
  embedding: size(128, "width of the source embedding"),
  cell: choice(CELLS, "lstm", "the encoder's recurrent cell"),
  hidden: size(128, "width of the encoder's layers (of each direction)"),
  layers: size(1, "stacked encoder layers", 64),
  bidirectional: flag("read the source in both directions"),
  reverseSource: flag("read the source from its end (Sutskever et al. 2014)"),
  residual: flag("add each encoder layer's input to its output, from the second layer on (Wu et al. 2016)"),
  pooling: choice(POOLINGS, "last", "how `classify` and `next` make one vector of a sequence"),
  filters: described(v.optional(text, "16,32"), "of images: filters of each convolution block, separated by commas"),
  kernel: size(3, "of images: width and height of the convolutions' windows, odd", 15),
  normalization: choice(NORMALIZATIONS, "layer", "of images: normalisation in each convolution block"),
  features: size(128, "of images: width of the vector that an image becomes"),
});
