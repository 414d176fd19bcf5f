import { ATTENTIONS, BRIDGES, CELLS, CONTEXTS } from "@s2s/runtime/manifest";
import * as v from "valibot";
import { choice, described, flag, size } from "./fields.ts";

/** Kinds of attention without weights of their own, which compare what they look at number by number. */
const NEEDS_EQUAL_WIDTHS: ReadonlySet<string> = new Set(["dot", "scaled-dot"]);

/** What writes the target. */
export const DecoderSchema = v.strictObject({
  embedding: size(128, "width of the target embedding"),
  cell: choice(CELLS, "lstm", "the decoder's recurrent cell"),
  hidden: size(128, "width of the decoder's layers"),
  layers: size(1, "stacked decoder layers", 64),
  reverseTarget: flag("write the target from its end (Liu et al. 2016), for answers that are scored from both sides"),
  residual: flag("add each decoder layer's input to its output, from the second layer on (Wu et al. 2016)"),
  bridge: described(
    v.optional(v.picklist(BRIDGES)),
    "how the encoder's states become the decoder's first ones (default: copy where widths agree, else linear)",
  ),
  context: choice(CONTEXTS, "initial", "whether the source enters the decoder's first state alone or every step (Cho et al. 2014)"),
  attention: choice(
    ATTENTIONS,
    "none",
    "how the decoder looks at the source (Luong et al. 2015; additive: Bahdanau et al. 2015); scaled-general is the one to begin with",
  ),
  coverage: flag("tell attention what it looked at before (See et al. 2017)"),
  inputFeeding: flag("feed the attentional vector into the next step (Luong et al. 2015)"),
  copy: flag("copy words of the source (pointer-generator, See et al. 2017); needs target.shared"),
  tied: flag("read out with the target embedding (Press & Wolf 2017)"),
  sharedEmbedding: flag("one embedding for source and target; needs target.shared"),
});

/** Why a decoder cannot attend to places of some width; undefined where it can. @param from what gives them */
export function unequalWidths(
  { attention, hidden }: Pick<v.InferOutput<typeof DecoderSchema>, "attention" | "hidden">,
  from: string,
  width: number,
): string | undefined {
  if (!NEEDS_EQUAL_WIDTHS.has(attention) || width === hidden) return undefined;
  return `decoder.attention ${attention} needs states of one width, but the ${from} gives ${width} numbers and decoder.hidden is ${hidden}: take scaled-general`;
}
