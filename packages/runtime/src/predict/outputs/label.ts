import { given } from "../../given.ts";
import { requireNumber } from "../../search/options.ts";
import { NO_TOKEN, type Predict } from "../predict.ts";
import type { Classification, LabelProbability } from "../prediction.ts";
import { readInputs } from "../read-inputs.ts";
import { requireTaskOptions } from "../task-options.ts";

/** A label for each input. */
export const classify: Predict<Classification> = async ({ bundle, graphs, read }, inputs, data, interruption) => {
  requireTaskOptions(bundle.manifest.task, data, ["topK", "batchSize"]);
  const { topK = DEFAULT_TOP, batchSize } = data;
  requireNumber("topK", topK);
  const labels = given(bundle.labels, "labels");
  const { answers, sources, places } = readInputs<Classification>(inputs, read, NO_TOKEN);
  const outputs = await (await graphs.predict()).run(sources, { batchSize, ...interruption });
  for (const [i, place] of places.entries()) answers[place] = classification(outputs[i] as Float32Array, labels, topK);
  return answers;
};

/** Labels that are listed where nobody says how many. */
const DEFAULT_TOP = 5;

/** @param probabilities [C]; of equal ones the lower index comes first */
function classification(probabilities: ArrayLike<number>, labels: readonly string[], top: number): Classification {
  const order = Array.from(labels.keys()).sort((a, b) => (probabilities[b] as number) - (probabilities[a] as number) || a - b);
  const listed = order
    .slice(0, top)
    .map((index): LabelProbability => ({ label: labels[index] as string, probability: probabilities[index] as number }));
  return { ...(listed[0] as LabelProbability), labels: listed };
}
