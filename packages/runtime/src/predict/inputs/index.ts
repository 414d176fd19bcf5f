import type { Refusal } from "../../engine/service.ts";
import type { Texts } from "../../engine/texts.ts";
import type { Manifest } from "../../manifest.ts";
import type { Source } from "../../model-source.ts";

/** Reads what a caller gave as the model's graphs take it; nothing of a text without a token. */
export type ReadInput = (value: unknown) => Source | Refusal | undefined;

/** How the inputs of a model are read. What reads other inputs than texts is loaded where it is needed. */
export async function inputReader(manifest: Manifest, texts: Texts): Promise<ReadInput> {
  const { input, output } = manifest.model;
  if (input.kind === "tokens") return (value) => texts.encodeSource(value);
  // The prompt, of which the answer is the continuation: it is what samples are drawn by.
  if (input.kind === "none") return output.kind === "tokens" ? (value) => texts.encodePrompt(value) : readNothing;
  return (await import("./other.ts")).otherReader(manifest, input);
}

/** What would not be looked at is not taken either. */
const readNothing: ReadInput = (value) =>
  value === "" ? [] : { error: 'this model draws from nothing and reads no text: leave it out, or give ""' };
