import { normalizer } from "@s2s/runtime";
import type { StepModel } from "@s2s/runtime";
import { contentSource } from "@s2s/runtime/parts";
import type { Source } from "@s2s/runtime/parts";
import type { EvaluateBatch } from "../evaluate.ts";
import type { Batch } from "../executor.ts";

/** Teacher forcing with the graphs that a bundle ships, a step at a time, instead of the training graphs: so that each variant is measured itself. */
export function stepwiseEvaluation<S>(model: StepModel<S>): EvaluateBatch {
  return async (batch) => {
    const { size, units } = batch;
    const [targetInput, targetOutput] = [batch.tensors.target_input!, batch.tensors.target_output!];
    const targetLength = targetInput.shape[1]!;
    let { states } = await model.start(sourcesOf(batch));
    let lossSum = 0;
    let correct = 0;
    for (let t = 0; t < targetLength; t++) {
      const step = await model.step(column(targetInput.data, size, targetLength, t), states);
      states = step.states;
      for (const [row, expected] of column(targetOutput.data, size, targetLength, t).entries()) {
        if (expected === 0) continue;
        const from = row * model.vocabularySize;
        const { max, argMax, logSum } = normalizer(step.logits, from, model.vocabularySize);
        lossSum += max + logSum - step.logits[from + expected]!;
        if (argMax === expected) correct += 1;
      }
    }
    return { loss_sum: lossSum, units, correct };
  };
}

/** The sources of a batch as graphs of steps take them; empty ones where the model reads none. */
export function sourcesOf({ size, tensors: { source, source_lengths: lengths } }: Batch): Source[] {
  return Array.from({ length: size }, (_, row) => {
    if (source === undefined) return [];
    const { data, type, shape } = source;
    const width = data.length / size;
    const step = lengths === undefined ? width : width / shape[1]!;
    const own = data.subarray(row * width, row * width + step * (lengths?.data[row] ?? 1));
    if (type === "int32") return Array.from(own);
    return contentSource(own as Float32Array, shape.slice(lengths === undefined ? 1 : 2), lengths !== undefined);
  });
}

const column = (ids: Int32Array | Float32Array, rows: number, width: number, at: number): Int32Array =>
  Int32Array.from({ length: rows }, (_, row) => ids[row * width + at]!);
