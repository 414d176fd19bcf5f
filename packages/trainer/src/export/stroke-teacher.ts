import type { Bundle } from "@s2s/runtime";
import { Tensor } from "@s2s/runtime/ort";
import { StepGraphs } from "@s2s/runtime/parts";
import { POINT } from "../data/drawings.ts";
import type { Batch } from "../executor.ts";
import { strokeLoss } from "../measures/strokes.ts";
import { sourcesOf } from "./teacher-forcing.ts";
import type { Teacher, TeacherOptions } from "./teacher.ts";

/** The likelihood of drawings, movement by movement. @throws UserError as opening graphs does */
export async function openStrokeTeacher(bundle: Bundle, options: TeacherOptions): Promise<Teacher> {
  const graphs = await StepGraphs.open(bundle, options);
  return {
    async evaluateBatch(batch) {
      const { target_input: input, target_output: output, target_lengths: lengths } = batch.tensors;
      const { size } = batch;
      let states = await graphs.start(sourcesOf(batch));
      let loss = 0;
      for (let t = 0; t < input!.shape[1]!; t++) {
        const stroke = new Tensor("float32", pointsAt(input!.data, batch, t), [size, POINT]);
        const step = await graphs.step({ stroke }, states);
        states = step.states;
        const densities = step.outputs["mixture"]!.data as Float32Array;
        const points = pointsAt(output!.data, batch, t);
        const width = densities.length / size;
        for (const [row, length] of lengths!.data.entries())
          if (t < length) loss += strokeLoss(densities.subarray(row * width, (row + 1) * width), points.subarray(row * POINT));
      }
      return { loss_sum: loss, units: batch.units };
    },
    close: () => graphs.dispose(),
  };
}

/** Of each row the point at a step: [B, 3]. */
function pointsAt(data: Int32Array | Float32Array, { size }: Batch, step: number): Float32Array {
  const width = data.length / size;
  return Float32Array.from({ length: size * POINT }, (_, i) => data[Math.floor(i / POINT) * width + step * POINT + (i % POINT)]!);
}
