import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CheckpointFolder } from "../src/checkpoint.ts";
import type { ConfigInput } from "../src/config.ts";
import type { StepOptions } from "../src/executor.ts";
import { resolveConfig } from "../src/load-config.ts";
import { type Position, startPosition } from "../src/position.ts";
import { learningRateAt, reductionsAfter } from "../src/schedules/learning-rate.ts";
import { teacherForcingAt } from "../src/schedules/sampling.ts";
import type { CreateExecutor } from "../src/train-options.ts";
import { createToyExecutor } from "./support/toy-executor.ts";
import { collect, lasting, temporaryFolder, toyConfig, toyOptions, writePairs } from "./support/toy-run.ts";

const trainingOf = (training: ConfigInput["training"]) => resolveConfig({ training }, "test").training;

/** Rates of steps 1, 2, .. with 4 steps an epoch. */
const rates = (training: ConfigInput["training"], steps: number): number[] =>
  Array.from({ length: steps }, (_, i) =>
    learningRateAt(trainingOf({ learningRate: 0.1, ...training }), { step: i + 1, stepsPerEpoch: 4, reductions: 0 }),
  );
const expectRates = (found: readonly number[], expected: readonly number[]): void => {
  expect(found).toHaveLength(expected.length);
  for (const [i, rate] of expected.entries()) expect(found[i], `step ${i + 1}`).toBeCloseTo(rate, 10);
};

describe("the learning rate", () => {
  test("is constant unless asked otherwise", () => expectRates(rates({}, 3), [0.1, 0.1, 0.1]));

  test("rises evenly while it warms up", () => expectRates(rates({ warmup: 4 }, 6), [0.025, 0.05, 0.075, 0.1, 0.1, 0.1]));

  test("is halved after the first epochs and every half epoch from then on (Sutskever et al. 2014)", () =>
    expectRates(
      rates({ schedule: "halving", scheduleStart: 1, scheduleEvery: 0.5 }, 10),
      [0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.0125, 0.0125],
    ));

  test("is multiplied after every interval where no first epochs are given", () =>
    expectRates(rates({ schedule: "halving", scheduleEvery: 0.5, scheduleFactor: 0.2 }, 6), [0.1, 0.1, 0.02, 0.02, 0.004, 0.004]));

  test("falls evenly by a factor an interval", () => {
    const found = rates({ schedule: "exponential", scheduleStart: 0.5, scheduleEvery: 2, scheduleFactor: 0.25 }, 11);
    expectRates(found.slice(0, 3), [0.1, 0.1, 0.1]);
    for (const [i, rate] of found.slice(3).entries()) expect(rate / found[i + 2]).toBeCloseTo(0.25 ** (1 / 8), 10);
    expect(found[10]).toBeCloseTo(0.025, 10);
  });

  test("falls with the root of the steps behind its height (Vaswani et al. 2017)", () => {
    // d^-0.5 min(t^-0.5, t w^-1.5), in units of its largest value.
    const paper = (t: number): number => (0.1 * Math.min(t ** -0.5, t * 5 ** -1.5)) / 5 ** -0.5;
    expectRates(
      rates({ schedule: "inverse-sqrt", warmup: 5 }, 20),
      Array.from({ length: 20 }, (_, i) => paper(i + 1)),
    );
    expectRates(rates({ schedule: "inverse-sqrt" }, 4), [0.1, 0.1 / Math.SQRT2, 0.1 / Math.sqrt(3), 0.05]);
  });

  test("falls as half a cosine: what PyTorch's CosineAnnealingLR gives", () => {
    const torch = [
      0.1, 0.09829629131, 0.09330127019, 0.08535533906, 0.075, 0.06294095226, 0.05, 0.03705904774, 0.025, 0.01464466094, 0.006698729811,
      0.001703708686,
    ];
    expectRates(rates({ schedule: "cosine", epochs: 3 }, 12), torch);
    const late = rates({ schedule: "cosine", epochs: 4, warmup: 4 }, 16);
    expectRates(late.slice(0, 4), [0.025, 0.05, 0.075, 0.1]);
    expectRates(late.slice(4), torch);
  });

  test("is lowered where the validation loss stays: as PyTorch's ReduceLROnPlateau does", () => {
    const training = trainingOf({ learningRate: 0.1, schedule: "plateau", scheduleEvery: 2, scheduleFactor: 0.3 });
    let position: Position = startPosition(12, 0.1);
    let best = Infinity;
    const found = [5, 4, 4.5, 4.2, 3.9, 4, 4, 4, 4, 4, 3, 3.5].map((loss) => {
      const improved = loss < best;
      best = Math.min(best, loss);
      const { epochsWithoutImprovement } = position;
      const reductions = reductionsAfter(training, position, improved);
      position = { ...position, reductions, epochsWithoutImprovement: improved ? 0 : epochsWithoutImprovement + 1 };
      return learningRateAt(training, { step: 1, stepsPerEpoch: 4, reductions });
    });
    expectRates(found, [0.1, 0.1, 0.1, 0.03, 0.03, 0.03, 0.009, 0.009, 0.0027, 0.0027, 0.0027, 0.0027]);
  });
});

describe("the share of true tokens", () => {
  const shares = (training: ConfigInput["training"], steps: readonly number[]): number[] =>
    steps.map((step) => teacherForcingAt(trainingOf(training), step));
  test("is one unless asked otherwise", () => expect(shares({ samplingRate: 1 }, [1, 100_000])).toEqual([1, 1]));

  test("falls as Bengio et al. 2015 write it", () => {
    const all = { samplingRate: 1, samplingSteps: 20 } as const;
    expectRates(shares({ ...all, scheduledSampling: "linear" }, [1, 11, 21, 31]), [1, 0.5, 0, 0]);
    expectRates(shares({ ...all, scheduledSampling: "exponential" }, [1, 21, 41]), [1, 1 / Math.E, 1 / Math.E ** 2]);
    const sigmoid = (i: number): number => 20 / (20 + Math.exp(i / 20));
    expectRates(shares({ ...all, scheduledSampling: "inverse-sigmoid" }, [1, 51, 101]), [0, 50, 100].map(sigmoid));
    expect(teacherForcingAt(trainingOf({ ...all, scheduledSampling: "inverse-sigmoid" }), 1e8)).toBe(0);
  });

  test("never falls below what the largest share of own tokens leaves", () =>
    expectRates(shares({ scheduledSampling: "linear", samplingRate: 0.25, samplingSteps: 10 }, [1, 6, 11, 100]), [1, 0.875, 0.75, 0.75]));
});

describe("a run", () => {
  let temporary: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    temporary = temporaryFolder();
  });
  afterEach(() => temporary.remove());

  test("gives each step its rates, and goes on with them after a stop", async () => {
    const data = writePairs(temporary.path, 60);
    const asked: StepOptions[] = [];
    const createExecutor: CreateExecutor = async (context) => {
      const toy = await createToyExecutor(context);
      return {
        step: (batch, options) => {
          asked.push(options);
          return toy.step(batch, options);
        },
        evaluate: (batch) => toy.evaluate(batch),
        state: () => toy.state(),
        close: () => toy.close(),
      };
    };
    const config = toyConfig(data, {
      epochs: 8,
      learningRate: 30,
      schedule: "plateau",
      scheduleFactor: 0.1,
      warmup: 6,
      scheduledSampling: "linear",
      samplingRate: 1,
      samplingSteps: 100,
    });
    const [whole, parted] = [join(temporary.path, "whole"), join(temporary.path, "parted")];
    await collect(toyOptions(whole, config, { createExecutor }));
    expect(asked).toHaveLength(96);
    expect(asked.slice(0, 7).map(({ learningRate }) => learningRate)).toEqual([5, 10, 15, 20, 25, 30, 30]);
    expect(asked.map(({ teacherForcing }) => teacherForcing)).toEqual(asked.map(({ step }) => 1 - (1 - Math.max(0, 1 - (step - 1) / 100))));
    expect(new Set(asked.slice(7).map(({ learningRate }) => learningRate)).size, "the rate was lowered").toBeGreaterThan(1);
    const { checkpoint } = (await new CheckpointFolder(join(whole, "checkpoints")).load())!;
    expect(checkpoint.position.reductions).toBeGreaterThan(0);

    const stop = 84;
    await collect(toyOptions(parted, config), (event) => event.type === "checkpoint" && event.step === stop);
    await collect(toyOptions(parted, config, { resume: true }));
    expect(lasting(parted)).toEqual(lasting(whole));
  });
});
