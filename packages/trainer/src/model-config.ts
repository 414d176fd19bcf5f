import type { ModelConfig } from "@s2s/runtime/manifest";
import type { Config } from "./config.ts";

/** The model that a configuration describes, once the sizes of its vocabularies (special tokens included) are known. */
export function modelConfig({ encoder, decoder }: Config, vocabulary: { readonly source: number; readonly target: number }): ModelConfig {
  return { kind: "seq2seq", sourceVocabulary: vocabulary.source, targetVocabulary: vocabulary.target, encoder, decoder };
}
