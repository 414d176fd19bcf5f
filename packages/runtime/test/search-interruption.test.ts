import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { scoreTargets } from "../src/search/score.ts";
import { search } from "../src/search/search.ts";
import { END_ID } from "../src/vocabulary.ts";
import { HistoryModel } from "./history-model.ts";

const SOURCES = [
  [4, END_ID],
  [5, END_ID],
];

describe("onToken", () => {
  test.each([{}, { temperature: 1 }])("gives every token as it is chosen, the prefix's too, each with its source (%o)", async (kind) => {
    const given: number[][] = [[], []];
    const onToken = (source: number, id: number) => void given[source]!.push(id);
    const found = await search(new HistoryModel(), SOURCES, { maxLength: 9, prefix: [6, 4], onToken, ...kind });
    expect(given).toEqual(found.map(([best]) => best!.ids));
  });

  test("comes before the next step", async () => {
    const model = new HistoryModel();
    const steps: number[] = [];
    await search(model, [[4, END_ID]], { maxLength: 5, minLength: 5, onToken: () => steps.push(model.steps.length) });
    expect(steps).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("signal", () => {
  const reason = new Error("enough");

  test("aborted before, nothing is asked of the model", async () => {
    const model = new HistoryModel();
    const signal = AbortSignal.abort(reason);
    await expect(search(model, SOURCES, { maxLength: 9, signal })).rejects.toBe(reason);
    await expect(search(model, [], { maxLength: 9, signal })).rejects.toBe(reason);
    await expect(scoreTargets(model, SOURCES, [[], []], { signal })).rejects.toBe(reason);
    expect(model.batches).toEqual([]);
  });

  test.each([{}, { beams: 3 }, { temperature: 1 }])("is heard between steps (%o)", async (kind) => {
    const controller = new AbortController();
    const model = new HistoryModel();
    const step = model.step.bind(model);
    model.step = async (...given) => {
      if (model.steps.length === 2) controller.abort(reason);
      return step(...given);
    };
    const { signal } = controller;
    await expect(search(model, SOURCES, { maxLength: 50, minLength: 50, signal, ...kind })).rejects.toBe(reason);
    expect(model.steps).toHaveLength(3);
  });
});

describe("pause", () => {
  let now = 0;
  beforeEach(() => void vi.spyOn(performance, "now").mockImplementation(() => now));
  afterEach(() => vi.restoreAllMocks());

  /** Every step takes 5 ms. */
  class SlowModel extends HistoryModel {
    override async step(...given: Parameters<HistoryModel["step"]>) {
      now += 5;
      return super.step(...given);
    }
  }

  test("is waited for about every 16 ms, and its own time does not count", async () => {
    const model = new SlowModel();
    const pauses: number[] = [];
    const pause = async () => {
      now += 100;
      pauses.push(model.steps.length);
    };
    await search(model, SOURCES, { maxLength: 14, minLength: 14, pause });
    expect(pauses).toEqual([4, 8, 12]);
    const scoring = new SlowModel();
    await scoreTargets(scoring, [[4, END_ID]], [[4, 4, 4, 4, 4]], { pause: async () => void pauses.push(scoring.steps.length) });
    expect(pauses).toEqual([4, 8, 12, 4]);
  });

  test("an abort that is heard in it ends the work at once", async () => {
    const model = new SlowModel();
    const controller = new AbortController();
    const reason = new Error("enough");
    const pause = async () => controller.abort(reason);
    await expect(search(model, SOURCES, { maxLength: 14, minLength: 14, pause, signal: controller.signal })).rejects.toBe(reason);
    expect(model.steps).toHaveLength(4);
  });
});
