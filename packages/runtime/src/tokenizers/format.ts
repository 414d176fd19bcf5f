import { STRETCH, type TokenUnit, WHITE_SPACE } from "./cut.ts";
import { END_ID, PAD_ID, SPECIAL_TOKENS, START_ID, UNKNOWN_ID } from "../vocabulary.ts";

/** What stands in a frame for what was learned. */
const LEARNED = null;

const UNKNOWN = SPECIAL_TOKENS[UNKNOWN_ID]!;
const END = SPECIAL_TOKENS[END_ID]!;
// Without <unk>, which stays visible in what is decoded.
const ADDED = [PAD_ID, START_ID, END_ID];

const inText = (unit: TokenUnit): unknown => {
  // A word that is spelt as a special token is an unknown word and not that token.
  const lookAlikes = `(?<![^${WHITE_SPACE}])(${ADDED.map((id) => SPECIAL_TOKENS[id]).join("|")})(?![^${WHITE_SPACE}])`;
  if (unit === "char") return { type: "NFC" };
  if (unit !== "word") return null;
  return { type: "Sequence", normalizers: [{ type: "NFC" }, { type: "Replace", pattern: { Regex: lookAlikes }, content: UNKNOWN }] };
};

const split = (regex: string, behavior: "Isolated" | "Removed"): unknown => ({
  type: "Split",
  pattern: { Regex: regex },
  behavior,
  invert: false,
});

const cut = (unit: TokenUnit): unknown => {
  if (unit === "word") return split(`[${WHITE_SPACE}]+`, "Removed");
  return split(unit === "char" ? "[\\s\\S]" : STRETCH, "Isolated");
};

const joined = (unit: TokenUnit): unknown => {
  // Without a decoder tokens are joined by spaces.
  if (unit === "word") return null;
  return unit === "char" ? { type: "Fuse" } : { type: "Sequence", decoders: [{ type: "ByteFallback" }, { type: "Fuse" }] };
};

const model = (unit: TokenUnit): object => {
  if (unit === "unigram") return { type: "Unigram", unk_id: UNKNOWN_ID, vocab: LEARNED, byte_fallback: true };
  if (unit !== "bpe") return { type: "WordLevel", vocab: LEARNED, unk_token: UNKNOWN };
  return {
    type: "BPE",
    dropout: null,
    unk_token: UNKNOWN,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: true,
    ignore_merges: false,
    vocab: LEARNED,
    merges: LEARNED,
  };
};

/**
 * Hugging Face's tokenizer.json around what was learned, keys in the order in which their tools write them. It says in their terms what `Tokenizer`
 * does, and appends `</s>`, as a model's source has it.
 */
export function frame(unit: TokenUnit): { readonly model: object } {
  const sequence = (id: string): unknown => ({ Sequence: { id, type_id: 0 } });
  const end = { SpecialToken: { id: END, type_id: 0 } };
  const added = (id: number): unknown => ({
    id,
    content: SPECIAL_TOKENS[id],
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  return Object.assign(
    { version: "1.0", truncation: null, padding: null },
    { added_tokens: ADDED.map(added), normalizer: inText(unit), pre_tokenizer: cut(unit) },
    {
      post_processor: {
        type: "TemplateProcessing",
        single: [sequence("A"), end],
        pair: [sequence("A"), end, sequence("B"), end],
        special_tokens: { [END]: { id: END, ids: [END_ID], tokens: [END] } },
      },
      decoder: joined(unit),
      model: model(unit),
    },
  );
}
