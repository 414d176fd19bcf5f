import type { OutputOf } from "@s2s/runtime/manifest";
import type { FloatType, Value } from "../../ir.ts";
import { dropout } from "../../layers/dropout.ts";
import { linear } from "../../layers/linear.ts";
import { swapBatchAndTime } from "../../layers/sequence.ts";
import { add, mul } from "../../ops/elementwise.ts";
import { matmul } from "../../ops/matmul.ts";
import { concat, filled, slice, unsqueeze } from "../../ops/movement.ts";
import { scan } from "../../scan.ts";
import type { Scope } from "../../scope.ts";
import type { HeadSource, Onwards } from "./head.ts";
import type { Forecast } from "./numbers.ts";

/**
 * Numbers one step at a time: the encoder reads on what was said, its outputs at their columns, all other columns as they were at the source's
 * last step. In training it reads the true numbers instead (teacher forcing), under the same other columns.
 */
export function recursiveNumbers(scope: Scope, { steps, width, indices }: OutputOf<"numbers">, inputs: number): Forecast {
  if (indices.length !== width) throw new Error(`${width} numbers are fed back to ${indices.length} columns`);
  const project = linear(scope.in("readout"), inputs, width);
  const readout = (h: Value): Value => project(dropout(scope.in("readout"), h));
  /** Numbers [..., width] at their columns, the others held: [..., F]. */
  const reader = ({ last }: Onwards) => {
    const columns = Number(last.shape.at(-1));
    const constant = (shape: readonly number[], at: (i: number) => boolean): Value => {
      const size = shape.reduce((a, b) => a * b, 1);
      return last.graph.constant(
        last.type as FloatType,
        shape,
        Float32Array.from({ length: size }, (_, i) => Number(at(i))),
      );
    };
    const places = constant([width, columns], (i) => indices[Math.floor(i / columns)] === i % columns);
    const held = mul(
      last,
      constant([columns], (column) => !indices.includes(column)),
    );
    return (numbers: Value): Value => add(matmul(numbers, places), held);
  };
  return {
    taught(source, target) {
      const onwards = onwardsOf(source);
      const first = unsqueeze(source.summary, 0);
      if (steps === 1) return swapBatchAndTime(readout(first));
      const known = swapBatchAndTime(slice(target, 1, 0, steps - 1));
      const after = onwards.run(reader(onwards)(known), onwards.states);
      return swapBatchAndTime(readout(concat([first, after], 0)));
    },
    free(source) {
      const onwards = onwardsOf(source);
      const first = readout(source.summary);
      if (steps === 1) return unsqueeze(first, 1);
      const read = reader(onwards);
      const { parts, flat } = packing(onwards);
      const rest = scan(
        ([said, ...states]) => {
          const after = onwards.step(read(said), parts(states));
          const next = readout(after.output);
          return { states: [next, ...after.states.flat()], outputs: [next] };
        },
        [first, ...flat],
        [filled(first.graph, first.type, [steps - 1], 0)],
        { name: "forecast" },
      ).outputs[0];
      return swapBatchAndTime(concat([unsqueeze(first, 0), rest], 0));
    },
  };
}

function onwardsOf({ steps }: HeadSource): Onwards {
  if (!steps?.onwards) throw new Error("numbers that are fed back need a source of vectors and an encoder that goes forward only");
  return steps.onwards;
}

/** States layer by layer as one list, and back. */
function packing({ states }: Onwards) {
  let from = 0;
  const places = states.map((parts) => parts.map(() => from++));
  return { flat: states.flat(), parts: (list: readonly Value[]) => places.map((layer) => layer.map((place) => list[place])) };
}
