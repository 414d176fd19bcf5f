import type { OutputConfig } from "@s2s/runtime/manifest";
import { drawChoice, drawNumber } from "../probes.ts";
import { meanOfAnswers } from "../reference/ensemble.ts";
import type { TargetRow } from "../reference/heads.ts";
import { type PredictedExample, PredictorReference } from "../reference/predictor.ts";
import type { TensorWork } from "../workload.ts";
import { column, padRows, sourceBatch } from "./batch.ts";
import { type Expecter, exampleOf } from "./expecter.ts";
import type { Members } from "./members.ts";

/** Models that answer at once. */
export function answersExpecter(members: Members): Expecter {
  const references = members.map(({ model, weights }) => new PredictorReference(model, weights));
  const [{ model }] = members;
  return {
    searches: [],
    async expect(sources, between) {
      const rows = [];
      for (const source of sources) {
        rows.push(meanOfAnswers(references.map((reference) => reference.predict(exampleOf(source)))));
        await between();
      }
      return { work: { sources, targets: [] }, expected: { states: sources.map(() => []), logits: [], searches: [], rows } };
    },
    step({ sources }, { labelSmoothing }) {
      const examples = sources.map((source, i): PredictedExample => {
        const own = exampleOf(source);
        return { source: own, target: drawTarget(model.output, own.length, i) };
      });
      return {
        batch: { ...sourceBatch(sources), target: targetTensor(model.output, examples) },
        units: examples.reduce((sum, { target }) => sum + target.reduce((part, row) => part + row.length, 0), 0),
        loss: (later) => new PredictorReference(model, later).loss(examples, true, labelSmoothing),
        gradients: references[0].gradients(examples, labelSmoothing),
      };
    },
  };
}

function drawTarget(output: OutputConfig, steps: number, row: number): TargetRow[] {
  switch (output.kind) {
    case "label":
      return [[drawChoice(row, 0, output.classes)]];
    case "labels":
      return Array.from({ length: steps }, (_, t) => [drawChoice(row, t, output.classes)]);
    case "numbers":
      return Array.from({ length: output.steps }, (_, t) =>
        Float64Array.from({ length: output.width }, (__, k) => Math.fround(drawNumber(row, t * output.width + k))),
      );
    default:
      throw new Error(`${output.kind} are not answered at once`);
  }
}

function targetTensor(output: OutputConfig, examples: readonly PredictedExample[]): TensorWork {
  const rows = examples.map(({ target }) => target.flatMap((row) => [...row]));
  if (output.kind === "label") return column(rows.flat());
  if (output.kind === "labels") return padRows(rows, { type: "int32", filler: -1 });
  return padRows(rows, { type: "float32", shape: [output.kind === "numbers" ? output.width : 1] });
}
