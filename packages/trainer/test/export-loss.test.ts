import type { Precision } from "@s2s/runtime/manifest";
import { expect, it } from "vitest";
import { refuseLoss } from "../src/export/report.ts";
import type { VariantFigures } from "../src/export/measure.ts";

const figures = (float32: VariantFigures, int8: VariantFigures) =>
  new Map<Precision, VariantFigures>([
    ["float32", float32],
    ["int8", int8],
  ]);

it.each<[string, VariantFigures, VariantFigures, RegExp | undefined]>([
  ["shares that fall", { loss: 1, accuracy: 0.9 }, { loss: 1, accuracy: 0.8 }, /^int8 gets 80\.0% of the answers right and float32 90\.0%/],
  ["shares that fall a little", { loss: 1, accuracy: 0.9 }, { loss: 1, accuracy: 0.89 }, undefined],
  ["an RMSE that is no number", { loss: 1, rmse: 2 }, { loss: 1, rmse: Number.NaN }, /^int8 has an RMSE of NaN and float32 of 2\.000: /],
  ["a loss that is no number", { loss: 1 }, { loss: Number.NaN }, /^int8 has a loss of NaN nats and float32 of 1\.0000: /],
  ["a loss without an end", { loss: 1 }, { loss: Number.POSITIVE_INFINITY }, /^int8 has a loss of Infinity nats/],
  ["a loss that falls", { loss: 1 }, { loss: 0.5 }, undefined],
])("%s", (_, before, after, refusal) => {
  const judged = (): void => refuseLoss("int8", figures(before, after), 0.02);
  if (refusal === undefined) expect(judged).not.toThrow();
  else expect(judged).toThrow(refusal);
});
