import { classificationFigures, taggingFigures } from "@s2s/trainer";
import { expect, test } from "vitest";
import { detailLines } from "../src/report/details-report.ts";

test("classes and confusion stand in tables", () => {
  const figures = classificationFigures([0, 0, 0, 1, 1], [0, 0, 1, 1, 1], ["cat", "a very long label"]);
  expect(detailLines({ ...figures })).toEqual([
    "",
    "label              precision  recall  F1     count",
    "cat                   100.0%   66.7%  80.0%      3",
    "a very long label      66.7%  100.0%  80.0%      2",
    "",
    "right label (rows), label given (columns)",
    "              cat  a very long…",
    "cat             2             1",
    "a very long…    .             2",
  ]);
});

test("a matrix that is too wide for a terminal is left to --json", () => {
  const labels = Array.from({ length: 30 }, (_, i) => `label ${i}`);
  const all = labels.map((_, i) => i);
  const lines = detailLines({ ...classificationFigures(all, all, labels) });
  expect(lines.at(-1)).toBe("30 labels: --json has how often each was taken for which");
});

test("spans and baselines have tables of their own", () => {
  const { spans } = taggingFigures([[1, 2, 0]], [[1, 2, 0]], ["O", "B-X", "I-X"]);
  expect(detailLines({ spans })).toEqual(["", "span  precision  recall  F1      count", "X        100.0%  100.0%  100.0%      1"]);
  const baselines = { naive: { mae: 1, rmse: 2 }, seasonalNaive: { mae: 1.5, rmse: 2.25, mase: 1 } };
  expect(detailLines({ baselines })).toEqual([
    "",
    "baseline            MAE     RMSE    MASE",
    "naive (last value)  1.0000  2.0000  -",
    "seasonal naive      1.5000  2.2500  1.000",
  ]);
  expect(detailLines({ baselines }, { rmse: 2.1 }).at(-1)).toBe("by RMSE better than seasonal naive; not better than naive");
  expect(detailLines({ baselines }, { rmse: 2 }).at(-1)).toBe("by RMSE better than seasonal naive; not better than naive");
  expect(detailLines({ baselines }, { rmse: 1.9 }).at(-1)).toBe("by RMSE better than naive, seasonal naive");
  expect(detailLines({}, { mae: 1, rmse: 2 })).toEqual([expect.stringMatching(/^MASE is not defined: /)]);
  expect(detailLines({}, { mae: 1, mase: 2 })).toEqual([]);
  expect(detailLines({ something: 1 })).toEqual([]);
});
