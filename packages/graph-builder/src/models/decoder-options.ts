import type { OutputOf } from "@s2s/runtime/manifest";
import type { Value } from "../ir.ts";

/** Widths of what an encoder gives: null where it gives none. */
export interface SourceWidths {
  readonly outputs: number | null;
  readonly summary: number | null;
}

/** @throws Error for options that do not go together */
export function checkDecoderOptions(config: OutputOf<"tokens">, widths: SourceWidths, sourceTable: Value | null): void {
  const fail = (problem: string): never => {
    throw new Error(`the decoder's options do not go together: ${problem}`);
  };
  const { attention: name, vocabulary, embedding } = config;
  const attends = name !== "none";
  if (attends && widths.outputs === null) fail("attention needs a source of several positions");
  if (config.coverage && !attends) fail("coverage needs attention");
  if (config.inputFeeding && !attends) fail("inputFeeding needs attention");
  if (config.copy && !attends) fail("copy needs attention");
  if (config.context === "every-step" && attends) fail("with attention every step has a context of its own, context must be initial");
  if (config.context === "every-step" && widths.summary === null) fail("context every-step needs a source");
  if (config.shared !== (sourceTable !== null)) fail("shared needs a source of tokens");
  if (sourceTable && (sourceTable.shape[0] !== vocabulary || sourceTable.shape[1] !== embedding))
    fail("shared needs source and target embeddings of one size");
}
