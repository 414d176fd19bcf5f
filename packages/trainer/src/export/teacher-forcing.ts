import { normalizer } from "@s2s/runtime";
import type { StepModel } from "@s2s/runtime";
import type { EvaluateBatch } from "../evaluate.ts";
import type { Batch } from "../executor.ts";

/** Teacher forcing with the graphs that a bundle ships, a step at a time, instead of the training graphs: so that each variant is measured itself. */
export function stepwiseEvaluation<S>(model: StepModel<S>): EvaluateBatch {
  return async (batch) => {
    const { size, targetLength, targetInput, targetOutput } = batch;
    let { states } = await model.start(sourcesOf(batch));
    let lossSum = 0;
    let correct = 0;
    for (let t = 0; t < targetLength; t++) {
      const step = await model.step(column(targetInput, size, targetLength, t), states);
      states = step.states;
      for (const [row, expected] of column(targetOutput, size, targetLength, t).entries()) {
        if (expected === 0) continue;
        const from = row * model.vocabularySize;
        const { max, argMax, logSum } = normalizer(step.logits, from, model.vocabularySize);
        lossSum += max + logSum - step.logits[from + expected]!;
        if (argMax === expected) correct += 1;
      }
    }
    return { lossSum, tokens: batch.targetTokens, correct };
  };
}

function sourcesOf({ size, sourceLength, source, sourceLengths }: Batch): number[][] {
  return Array.from({ length: size }, (_, row) =>
    Array.from(source.subarray(row * sourceLength, row * sourceLength + sourceLengths[row]!)),
  );
}

const column = (ids: Int32Array, rows: number, width: number, at: number): Int32Array =>
  Int32Array.from({ length: rows }, (_, row) => ids[row * width + at]!);
