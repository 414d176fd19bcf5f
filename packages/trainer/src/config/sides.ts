import * as v from "valibot";
import { TOKEN_UNITS } from "@s2s/runtime/manifest";
import { choice, described, flag, text, whole } from "./fields.ts";

const SOURCE_KINDS = ["text", "vectors", "vector", "image", "frames"] as const;

const tokens = (which: string) => ({
  tokens: choice(TOKEN_UNITS, "char", `what a ${which} token is; bpe and unigram pieces are learned from the training examples`),
  vocabulary: described(
    v.optional(whole(5, 10_000_000)),
    `most entries in the ${which} vocabulary, specials included (default: all characters or words, 8000 pieces)`,
  ),
  minFrequency: described(v.optional(whole(1, 1_000_000), 1), `rarer ${which} tokens become <unk>; rarer pieces are not learned`),
  maxLength: described(
    v.optional(whole(1, 100_000)),
    `training examples with more ${which} tokens or steps are dropped (default: none is)`,
  ),
  pretrained: described(v.optional(text), `file of word vectors (word2vec or GloVe text) that the ${which} embedding starts from`),
});

/** What goes in. */
export const SourceSchema = v.strictObject({
  kind: described(
    v.optional(v.picklist(SOURCE_KINDS)),
    "what a source is: text, one vector, vectors by step, an image or frames of images (default: as the task has it)",
  ),
  ...tokens("source"),
  width: described(v.optional(whole(1, 4096), 32), "width that images are brought to"),
  height: described(v.optional(whole(1, 4096), 32), "height that images are brought to"),
  channels: described(v.optional(whole(1, 4), 3), "colours of images: 1 grey, 3 red, green and blue, 4 with transparency"),
});

/** What comes out. */
export const TargetSchema = v.strictObject({
  ...tokens("target"),
  shared: flag("one vocabulary, learned from both sides, for source and target"),
});
