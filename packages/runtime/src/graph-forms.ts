import type { InputConfig, OutputConfig } from "./model-config.ts";

/** Names at the border of the graphs; those of states and memory are the manifest's. */
export const SOURCE = "source";
export const SOURCE_LENGTHS = "source_lengths";
export const TOKEN = "token";
export const STROKE = "stroke";
export const LOGITS = "logits";
export const MIXTURE = "mixture";
export const ATTENTION = "attention";

/** `null` stands for a symbolic dimension, such as the batch. */
export type Form = readonly [type: string, shape: readonly (number | null)[]];
export type Forms = Readonly<Record<string, Form>>;

/** What a graph takes that reads a source. */
export function sourceForms(input: InputConfig): Forms {
  const lengths: Forms = { [SOURCE_LENGTHS]: ["int32", [null]] };
  switch (input.kind) {
    case "tokens":
      return { [SOURCE]: ["int32", [null, null]], ...lengths };
    case "vectors":
      return { [SOURCE]: ["float32", [null, null, input.width]], ...lengths };
    case "vector":
      return { [SOURCE]: ["float32", [null, input.width]] };
    case "image":
      return { [SOURCE]: ["float32", [null, input.channels, input.height, input.width]] };
    case "frames":
      return { [SOURCE]: ["float32", [null, null, input.channels, input.height, input.width]], ...lengths };
    case "none":
      return {};
  }
}

/** What a decoder's step reads and gives beside states; null where the output is given at once. */
export function stepForms(output: OutputConfig): { readonly input: Forms; readonly output: Forms; readonly attends: boolean } | null {
  switch (output.kind) {
    case "tokens":
      return {
        input: { [TOKEN]: ["int32", [null]] },
        output: { [LOGITS]: ["float32", [null, output.vocabulary]] },
        attends: output.attention !== "none",
      };
    case "strokes":
      return {
        input: { [STROKE]: ["float32", [null, 3]] },
        output: { [MIXTURE]: ["float32", [null, 6 * output.mixtures + 3]] },
        attends: output.attention !== "none",
      };
    default:
      return null;
  }
}

/** What predict.onnx gives; null where answers come step by step. */
export function predictionForms(output: OutputConfig): Forms | null {
  switch (output.kind) {
    case "label":
      return { probabilities: ["float32", [null, output.classes]] };
    case "labels":
      return { probabilities: ["float32", [null, null, output.classes]] };
    case "numbers":
      return { numbers: ["float32", [null, output.steps, output.width]] };
    default:
      return null;
  }
}

/** What generate.onnx takes beside the source, and what it gives: docs/design.md says what they mean. */
export const GENERATE_INPUTS: Forms = { max_length: ["int32", []], beams: ["int32", []], length_penalty: ["float32", []] };
export const GENERATE_OUTPUTS: Forms = {
  ids: ["int32", [null, null, null]],
  lengths: ["int32", [null, null]],
  scores: ["float32", [null, null]],
};
