import { search, Seq2Seq } from "@s2s/runtime";
import type { TaskName } from "@s2s/runtime/manifest";
import { readVariant } from "../bundle-variant.ts";
import { isMatch } from "../evaluate.ts";
import type { PairedExamples } from "../data/paired-examples.ts";
import { bundleTokens, learnTokens } from "../data/targets/tokens.ts";
import { askPredict, pairEnding } from "./asking.ts";
import { spread } from "./classes.ts";
import { loadPaired, readPaired } from "./paired.ts";
import type { TargetForm } from "./paired.ts";
import { readQuestions } from "./questions.ts";
import type { Task } from "./task.ts";
import { tokenFigures } from "./token-figures.ts";

const FORM = { learn: learnTokens, of: bundleTokens };

/** A source of any kind to a text. @param sources what a source may be, the usual one first */
export const described = (task: TaskName, sources: readonly [TargetForm["kind"], ...TargetForm["kind"][]]): Task<PairedExamples> => ({
  name: task,
  unit: "token",
  sources,
  writesTokens: true,
  ask: askPredict,
  fileEnding: pairEnding,
  load: (config) => loadPaired({ ...FORM, task, kind: sources[0] }, config),
  read: (file, config, bundle) => readPaired({ ...FORM, task, kind: sources[0] }, file, config, bundle),
  questions: readQuestions,
  figures: tokenFigures,
  worth: ({ sequenceAccuracy = Number.NaN }) => sequenceAccuracy,
  measure: async (folder, examples, { limit = examples.count, provider, threads, batchSize, precision } = {}) => {
    const bundle = await readVariant(folder, precision);
    const model = await Seq2Seq.open(bundle, { provider, threads });
    try {
      const chosen = Array.from(spread(examples, limit));
      const found = await search(
        model,
        chosen.map((example) => examples.sourceOf(example)),
        { maxLength: bundle.manifest.maxTargetLength, batchSize },
      );
      const right = chosen.filter((example, i) => isMatch(found[i]?.[0]?.ids ?? [], targetOf(examples, example)));
      return { sequenceAccuracy: right.length / chosen.length };
    } finally {
      await model.dispose();
    }
  },
});

/** Ids of the right answer, without `</s>`. */
function targetOf(examples: PairedExamples, example: number): Int32Array {
  const { target_output: output } = examples.collate(Uint32Array.of(example), 1).tensors;
  return output!.data.subarray(0, -1) as Int32Array;
}
