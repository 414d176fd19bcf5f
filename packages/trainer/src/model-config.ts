import type { BridgeName, EncoderConfig, ModelConfig, OutputOf } from "@s2s/runtime/manifest";
import type { Config } from "./config.ts";

/** Width of what the encoder hands over: its directions side by side. */
export const encodedWidth = ({ encoder: { hidden, bidirectional } }: Config): number => hidden * (bidirectional ? 2 : 1);

/** The layers that read a sequence. */
export function encoderOf({ encoder }: Config): EncoderConfig {
  const { cell, hidden, layers, bidirectional, reverseSource, residual } = encoder;
  return { cell, hidden, layers, bidirectional, reverseSource, residual };
}

/** The decoder of tokens, once the size of their vocabulary is known. @param encoded width of what the encoder hands over; null where there is none */
export function tokensOutput({ decoder }: Config, vocabulary: number, encoded: number | null): OutputOf<"tokens"> {
  // Targets are turned around before they come to the graphs.
  const { sharedEmbedding: shared, bridge, reverseTarget: _, ...rest } = decoder;
  const usual: BridgeName = encoded === null ? "zero" : encoded === decoder.hidden ? "copy" : "linear";
  return { kind: "tokens", vocabulary, ...rest, bridge: bridge ?? usual, shared };
}

/** The model from tokens to tokens that a configuration describes, once the sizes of its vocabularies (special tokens included) are known. */
export function modelConfig(config: Config, vocabulary: { readonly source: number; readonly target: number }): ModelConfig {
  return {
    input: { kind: "tokens", vocabulary: vocabulary.source, embedding: config.encoder.embedding },
    encoder: encoderOf(config),
    output: tokensOutput(config, vocabulary.target, encodedWidth(config)),
  };
}
