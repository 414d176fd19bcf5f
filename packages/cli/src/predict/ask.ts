import { type Generation, type Model, type ModelInput, type Prediction, type PredictOptions, readBundle, type Refusal } from "@s2s/runtime";
import { attended, attentionPlot } from "../plots/answer-attention.ts";
import { writePicture } from "../plots/picture.ts";
import { withHistory } from "./plotted.ts";

export interface Asking {
  /** Where the model lies. */
  readonly run: string;
  readonly json: boolean;
  readonly search: Omit<PredictOptions, "attention">;
  /** A file for a drawing. */
  readonly out?: string | undefined;
  /** A file for a picture of where the model looked. */
  readonly attention?: string | undefined;
  /** Rows of a series that are kept from the model, for what it says to be held against. */
  readonly heldBack: number;
}

type Answer = Prediction | Refusal;

/** What asks a model for a list of inputs, and writes the picture that an option names; with `json` an answer has what `s2s plot` draws, too. */
export async function asker(
  model: Model,
  { run, json, search, out, attention, heldBack }: Asking,
): Promise<(inputs: readonly unknown[]) => Promise<readonly Answer[]>> {
  const { source } = attention === undefined ? {} : await readBundle(run);
  const options = { ...search, attention: attention !== undefined || undefined };
  return async (inputs) => {
    const shown = heldBack === 0 ? inputs : inputs.map((rows) => (rows as readonly unknown[]).slice(0, -heldBack));
    const answers = (await model.predictAll(shown as readonly ModelInput[], options)) as Answer[];
    const [first] = answers;
    if (out !== undefined && first !== undefined && "svg" in first) await writePicture({ svg: () => `${first.svg}\n` }, out, "--out");
    if (attention !== undefined && first !== undefined && !("error" in first)) {
      const map = attended(source, inputs[0], first as Generation);
      await writePicture(attentionPlot(map), attention, "--attention");
      return [json ? { ...(first as Generation), ...map } : first];
    }
    if (!json) return answers;
    return answers.map((answer, i) =>
      "error" in answer ? answer : withHistory(answer, inputs[i] as ModelInput, model.manifest, heldBack),
    );
  };
}
