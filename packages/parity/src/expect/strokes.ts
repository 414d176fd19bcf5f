import { drawPoints, LONGEST } from "../probes.ts";
import type { Point } from "../reference/mixture.ts";
import { type Drawing, StrokeReference } from "../reference/strokes.ts";
import type { BatchWork } from "../workload.ts";
import { column, padRows, sourceBatch } from "./batch.ts";
import { type Expecter, exampleOf } from "./expecter.ts";
import type { Members } from "./members.ts";

const SIZE = 3;

export function strokesExpecter([{ model, weights }]: Members): Expecter {
  const reference = new StrokeReference(model, weights);
  return {
    searches: [],
    async expect(sources, between) {
      const points = sources.map((_, i) => drawPoints(sources.length + i, 1 + ((11 * (i + sources.length)) % LONGEST)));
      const work = { sources, targets: [], points };
      const rows = [];
      for (const drawing of drawingsOf(work)) {
        rows.push(reference.densities(drawing));
        await between();
      }
      return {
        work,
        expected: { states: sources.map((source) => reference.handedOver(exampleOf(source))), logits: [], searches: [], rows },
      };
    },
    step(work) {
      const { sources, points = [] } = work;
      const drawings = drawingsOf(work);
      const shape = { type: "float32", shape: [SIZE] } as const;
      return {
        batch: {
          ...sourceBatch(sources),
          target_input: padRows(
            points.map((own) => [...Array<number>(SIZE).fill(0), ...own.subarray(0, -SIZE)]),
            shape,
          ),
          target_output: padRows(points, shape),
          target_lengths: column(points.map(({ length }) => length / SIZE)),
        },
        units: points.reduce((sum, { length }) => sum + length / SIZE, 0),
        loss: (later) => new StrokeReference(model, later).loss(drawings),
        gradients: reference.gradients(drawings),
      };
    },
  };
}

const drawingsOf = ({ sources, points = [] }: BatchWork): Drawing[] =>
  points.map((own, i) => ({
    source: exampleOf(sources[i]),
    points: Array.from({ length: own.length / SIZE }, (_, t) => [...own.subarray(t * SIZE, (t + 1) * SIZE)] as unknown as Point),
  }));
