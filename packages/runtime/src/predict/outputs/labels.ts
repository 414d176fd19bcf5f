import { given } from "../../given.ts";
import { NO_TOKEN, type Predict } from "../predict.ts";
import type { Tagging } from "../prediction.ts";
import { readInputs } from "../read-inputs.ts";
import { requireTaskOptions } from "../task-options.ts";
import { heaviest } from "../point.ts";

/** A label for each token, or step, of each input. */
export const tag: Predict<Tagging> = async ({ bundle, graphs, texts, read }, inputs, data, interruption) => {
  requireTaskOptions(bundle.manifest.task, data, ["batchSize"]);
  const labels = given(bundle.labels, "labels");
  const tokensOf = (input: unknown): string[] | undefined =>
    bundle.manifest.model.input.kind === "tokens" ? texts.sourceTokens(input as string) : undefined;
  const { answers, sources, places } = readInputs<Tagging>(inputs, read, NO_TOKEN);
  const outputs = await (await graphs.predict()).run(sources, { batchSize: data.batchSize, ...interruption });
  for (const [i, place] of places.entries()) answers[place] = tagging(outputs[i] as Float32Array, labels, tokensOf(inputs[place]));
  return answers;
};

/**
 * The most probable label of each step, of equal ones the first.
 * @param probabilities [S, C]; the end that a text's tokens have comes last and is left out
 * @param tokens those of the text, where the input is one
 */
function tagging(probabilities: Float32Array, names: readonly string[], tokens: readonly string[] | undefined): Tagging {
  const steps = tokens?.length ?? probabilities.length / names.length;
  const rows = Array.from({ length: steps }, (_, step) => probabilities.subarray(step * names.length, (step + 1) * names.length));
  const best = rows.map(heaviest);
  const found = {
    labels: best.map((index) => names[index] as string),
    probabilities: rows.map((row, step) => row[best[step] as number] as number),
  };
  return tokens === undefined ? found : { tokens, ...found };
}
