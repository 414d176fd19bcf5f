import type { ModelConfig } from "@s2s/runtime/manifest";
import type { Scope } from "../scope.ts";
import type { Begun } from "./decoder-state.ts";
import type { SourceInputs } from "./inputs/input.ts";
import { modelSource } from "./source.ts";
import { tokenDecoder } from "./token-decoder.ts";

/** A model whose output is a sequence of tokens: a decoder behind whatever its source is, or behind none (a language model). */
export function seq2seq(scope: Scope, config: ModelConfig) {
  const { output } = config;
  if (output.kind !== "tokens") throw new Error(`a model that gives ${output.kind} has no decoder of tokens`);
  const { bridge, attention, context } = output;
  if (config.input.kind !== "none" && bridge === "zero" && attention === "none" && context === "initial")
    throw new Error("the decoder would see nothing of its source: it needs a bridge, attention or context in every step");
  const source = modelSource(scope, config);
  const handOver = source.bridge(bridge, output);
  const table = output.shared ? scope.made(SOURCE_EMBEDDING) : null;
  const widths = { outputs: source.memoryWidth, summary: source.summaryWidth };
  const decoder = tokenDecoder(scope.in("decoder"), output, widths, table);
  return {
    input: source.input,
    decoder,
    /** From a source to the decoder's first states and what it looks at. */
    begin(inputs: SourceInputs): Begun {
      const read = source.read(inputs);
      const { memory, ids, summary } = read;
      return decoder.begin({ initial: handOver(read), memory, ids, summary });
    },
  };
}

/** The parameter that a decoder with a shared embedding takes for its own. */
const SOURCE_EMBEDDING = "encoder.embedding.w";

export type Seq2Seq = ReturnType<typeof seq2seq>;
