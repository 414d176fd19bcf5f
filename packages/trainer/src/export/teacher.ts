import { Seq2Seq } from "@s2s/runtime";
import type { Bundle, Provider } from "@s2s/runtime";
import { openGraph } from "@s2s/runtime/parts";
import type { EvaluateBatch } from "../evaluate.ts";
import { batchFeeds } from "../executors/feeds.ts";
import { answerSums } from "./answer-sums.ts";
import { openStrokeTeacher } from "./stroke-teacher.ts";
import { stepwiseEvaluation } from "./teacher-forcing.ts";

/** Sums over batches by the graphs that a bundle ships, instead of the training graphs: so that each variant is measured itself. */
export interface Teacher {
  readonly evaluateBatch: EvaluateBatch;
  close(): Promise<void>;
}

export interface TeacherOptions {
  readonly provider?: Provider | undefined;
  readonly threads?: number | undefined;
}

/** @throws UserError as opening graphs does */
export async function openTeacher(bundle: Bundle, options: TeacherOptions): Promise<Teacher> {
  const { output } = bundle.manifest.model;
  if (output.kind === "strokes") return openStrokeTeacher(bundle, options);
  const { predict } = bundle.variant.graphs;
  if (predict === undefined) {
    const model = await Seq2Seq.open(bundle, options);
    return { evaluateBatch: stepwiseEvaluation(model), close: () => model.dispose() };
  }
  const session = await openGraph(bundle, predict, options);
  return {
    async evaluateBatch(batch) {
      const feeds = Object.entries(batchFeeds(batch)).filter(([name]) => session.inputNames.includes(name));
      const results = await session.run(Object.fromEntries(feeds));
      const answer = results[predict.outputs[0]!.name]!.data as Float32Array;
      return answerSums(output.kind, answer, batch.tensors["target"]!.data);
    },
    close: () => session.release(),
  };
}
