import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { takeLargest } from "../src/search/largest.ts";
import type { SearchOptions } from "../src/search/options.ts";
import { uniformDraws } from "../src/search/sampler.ts";
import { search } from "../src/search/search.ts";
import { END_ID, START_ID } from "../src/vocabulary.ts";
import { HistoryModel, logitsOf } from "./history-model.ts";
import { allowed, isEnded, type Rules } from "./search-reference.ts";
import { anySources } from "./search-support.ts";

const SIZE = 7;
const SOURCE = [5, 8, END_ID];

interface Tempered extends Rules {
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
}

/** Probabilities of what may follow, by the definitions of temperature, top-k and nucleus, one after the other. */
function distribution(tokens: readonly number[], rules: Tempered): [id: number, probability: number][] {
  const logits = logitsOf(SOURCE, [START_ID, ...tokens], SIZE);
  const normalized = (entries: [number, number][]): [number, number][] => {
    const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
    return entries.map(([id, weight]) => [id, weight / total]);
  };
  const all = allowed(tokens, rules).map((id): [number, number] => [id, Math.exp(logits[id]! / (rules.temperature ?? 1))]);
  const sorted = normalized(all.toSorted(([, a], [, b]) => b - a).slice(0, rules.topK ?? SIZE));
  let before = 0;
  const nucleus = sorted.filter(([, probability]) => {
    const stays = before < (rules.topP ?? 1);
    before += probability;
    return stays;
  });
  return normalized(nucleus);
}

/** The probability of each whole target. */
function targets(rules: Tempered, tokens: readonly number[] = [], probability = 1): [string, number][] {
  if (isEnded({ tokens, sum: 0 }) || tokens.length === rules.maxLength) return [[tokens.join(" "), probability]];
  return distribution(tokens, rules).flatMap(([id, share]) => targets(rules, [...tokens, id], probability * share));
}

async function samples(options: SearchOptions): Promise<string[]> {
  const drawn: string[] = [];
  for (let seed = 1; seed <= 20; seed += 1) {
    const [found = []] = await search(new HistoryModel(), [SOURCE], { ...options, seed, nBest: 1000, batchSize: 1000 });
    drawn.push(...found.map(({ ids, truncated }) => (truncated ? ids : [...ids, END_ID]).join(" ")));
  }
  return drawn;
}

const cases: [string, Omit<Tempered, "size">][] = [
  ["the model's own distribution", { maxLength: 2, temperature: 1 }],
  ["a temperature below 1", { maxLength: 3, temperature: 0.6 }],
  ["a temperature above 1", { maxLength: 2, temperature: 2.5 }],
  ["top-k", { maxLength: 3, topK: 3 }],
  ["a nucleus", { maxLength: 3, topP: 0.93 }],
  ["a nucleus of the top-k of a temperature", { maxLength: 4, temperature: 1.7, topK: 3, topP: 0.75 }],
  ["all of it under constraints", { maxLength: 4, temperature: 1.3, topK: 3, topP: 0.9, minLength: 2, noRepeatNgram: 1, prefix: [5] }],
];

describe("samples", () => {
  test.each(cases)("follow %s", async (_, given) => {
    const rules = { ...given, size: SIZE };
    const expected = new Map(targets(rules));
    const drawn = await samples(given);
    const counts = new Map<string, number>();
    for (const target of drawn) counts.set(target, (counts.get(target) ?? 0) + 1);
    expect([...counts.keys()].filter((target) => !expected.has(target))).toEqual([]);

    // Pearson's test; cells that are expected less than five times are one cell.
    const often = [...expected].filter(([, probability]) => probability * drawn.length >= 5);
    const cells = often.map(([target, probability]) => [counts.get(target) ?? 0, probability * drawn.length] as const);
    const rest = drawn.length - cells.reduce((sum, [, mean]) => sum + mean, 0);
    if (rest >= 5) cells.push([drawn.length - cells.reduce((sum, [count]) => sum + count, 0), rest]);
    const statistic = cells.reduce((sum, [count, mean]) => sum + (count - mean) ** 2 / mean, 0);
    const freedom = cells.length - 1;
    expect(freedom).toBeGreaterThan(2);
    // Mean and three standard deviations of chi-square.
    expect(statistic).toBeLessThan(freedom + 3 * Math.sqrt(2 * freedom));
  });

  test("are as many as asked for, best first, and more of them keep the first", async () => {
    const given = { maxLength: 5, temperature: 1.5 };
    const [five = []] = await search(new HistoryModel(), [SOURCE], { ...given, nBest: 5 });
    const [nine = []] = await search(new HistoryModel(), [SOURCE], { ...given, nBest: 9 });
    expect(five).toHaveLength(5);
    for (const sample of five) expect(nine).toContainEqual(sample);
  });

  test("depend on the seed and the source", async () => {
    const draw = async (source: readonly number[], seed?: number) =>
      (await search(new HistoryModel(), [source], { maxLength: 20, minLength: 19, topP: 1, seed }))[0];
    expect(await draw(SOURCE)).toEqual(await draw(SOURCE, 1));
    expect(await draw(SOURCE, 2)).not.toEqual(await draw(SOURCE, 1));
    // The model says nearly the same of both.
    expect((await draw([5, 9, END_ID]))![0]!.ids).not.toEqual((await draw(SOURCE))![0]!.ids);
  });

  test("of one token are greedy, and so is temperature 0", async () => {
    await fc.assert(
      fc.asyncProperty(anySources, async (sources) => {
        const greedy = await search(new HistoryModel(), sources, { maxLength: 8 });
        for (const given of [
          { topK: 1 },
          { topP: 1e-9 },
          { temperature: 1e-300 },
          { temperature: 0 },
          { temperature: 0, topK: 3, topP: 0.5 },
        ]) {
          expect(await search(new HistoryModel(), sources, { maxLength: 8, ...given })).toEqual(greedy);
        }
      }),
      { numRuns: 20 },
    );
    expect(await search(new HistoryModel(), [SOURCE], { maxLength: 8, temperature: 0, beams: 3, nBest: 3 })).toEqual(
      await search(new HistoryModel(), [SOURCE], { maxLength: 8, beams: 3, nBest: 3 }),
    );
  });
});

test("takeLargest is the head of a sorted list", () => {
  const anyWeights = fc.array(fc.constantFrom(0, 0.5, 1, 1.5, 2, 7), { maxLength: 40 });
  fc.assert(
    fc.property(anyWeights, fc.integer({ min: 0, max: 45 }), fc.integer({ min: 0, max: 60 }), (weights, most, mass) => {
      const sorted = weights.map((_, id) => id).toSorted((a, b) => weights[b]! - weights[a]! || a - b);
      const expected: number[] = [];
      for (const id of sorted) {
        const sum = expected.reduce((total, each) => total + weights[each]!, 0);
        if (expected.length < most && sum < mass) expected.push(id);
      }
      const ids = Int32Array.from(weights, (_, id) => id);
      expect([...takeLargest(ids, Float64Array.from(weights), most, mass)]).toEqual(expected);
    }),
  );
});

test("draws are uniform in [0, 1), and others for another seed, source, sample or step", () => {
  const draws = [
    ...[1, 2].map((seed) => uniformDraws(seed, SOURCE, 0)(0)),
    ...[[5], [8, 5], []].map((source) => uniformDraws(1, source, 0)(0)),
    uniformDraws(1, SOURCE, 1)(0),
    ...Array.from({ length: 10_000 }, (_, step) => uniformDraws(1, SOURCE, 2)(step)),
  ];
  expect(new Set(draws).size).toBe(draws.length);
  expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...draws)).toBeLessThan(1);
  // Five standard errors of the mean of 10,006 draws: 5 * sqrt(1 / 12 / 10,006).
  expect(Math.abs(draws.reduce((sum, draw) => sum + draw, 0) / draws.length - 0.5)).toBeLessThan(0.0145);
});
