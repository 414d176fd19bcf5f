import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { bleu } from "../src/measures/bleu.ts";
import { chrf } from "../src/measures/chrf.ts";
import { ser } from "../src/measures/error-rates.ts";
import { countSegments, type Counts } from "../src/measures/measure.ts";
import { approximateRandomization, pairedBootstrap } from "../src/measures/significance.ts";

interface Figures {
  readonly a: number;
  readonly b: number;
  readonly bootstrap: number;
  readonly mean: number;
  readonly halfWidth: number;
  readonly randomization: number;
}
type Recorded = Record<"bleu-13a" | "chrf", Figures> & {
  readonly references: string[];
  readonly a: string[];
  readonly b: string[];
  readonly samples: number;
  readonly bootstrapDraws: number[][];
  readonly swapDraws: number[][];
};

/** Written by test/support/record-sacrebleu.py: sacreBLEU's tests and the very draws that they made. */
const { significance: recorded } = JSON.parse(readFileSync(new URL("recorded/sacrebleu.json", import.meta.url), "utf8")) as {
  significance: Recorded;
};
const references = recorded.references.map((reference) => [reference]);

describe.each([
  ["bleu-13a", bleu()],
  ["chrf", chrf()],
] as const)("%s with sacreBLEU's draws", (name, measure) => {
  const a = countSegments(measure, recorded.a, references);
  const b = countSegments(measure, recorded.b, references);
  const options = { samples: recorded.samples, seed: 1 };
  const expected = recorded[name];

  it("gives its p-value and interval of --paired-bs", () => {
    const test = pairedBootstrap(measure, a, b, options, (sample, position) => recorded.bootstrapDraws[sample]![position]!);
    expect(test.p).toBe(expected.bootstrap);
    expect(test.a).toBeCloseTo(expected.a, 9);
    expect(test.b).toBeCloseTo(expected.b, 9);
    // sacreBLEU computes scores of samples in float32.
    expect(test.intervals.b.mean).toBeCloseTo(expected.mean, 4);
    expect((test.intervals.b.high - test.intervals.b.low) / 2).toBeCloseTo(expected.halfWidth, 4);
  });

  it("gives its p-value of --paired-ar", () => {
    const draw = (sample: number, position: number) => recorded.swapDraws[sample]![position]!;
    expect(approximateRandomization(measure, a, b, options, draw).p).toBe(expected.randomization);
  });
});

const errors = (wrong: readonly boolean[]): Counts => ({
  segments: wrong.length,
  width: 2,
  data: Float64Array.from(wrong.flatMap((isWrong) => [isWrong ? 1 : 0, 1])),
});

test("all 2^n ways of swapping give the exact p-value, which sampling comes close to", () => {
  const a = [true, true, true, false, true, true, false, true];
  const b = [false, true, false, false, false, true, true, false];
  const all = 2 ** a.length;
  const observed = Math.abs(a.filter(Boolean).length - b.filter(Boolean).length);
  let atLeast = 0;
  for (let ways = 0; ways < all; ways++) {
    const side = (i: number, swapped: readonly boolean[], kept: readonly boolean[]) => ((ways >> i) & 1 ? swapped[i] : kept[i]);
    const difference = a.reduce((sum, _, i) => sum + Number(side(i, b, a)) - Number(side(i, a, b)), 0);
    if (Math.abs(difference) >= observed) atLeast += 1;
  }
  const enumerated = approximateRandomization(ser, errors(a), errors(b), { samples: all, seed: 0 }, (sample, i) => (sample >> i) & 1);
  expect(enumerated.p).toBeCloseTo((atLeast + 1) / (all + 1), 12);
  const sampled = approximateRandomization(ser, errors(a), errors(b), { samples: 20_000, seed: 3 });
  expect(Math.abs(sampled.p - atLeast / all)).toBeLessThan(0.02);
});

test("a system is never different from itself, and clearly different ones are", () => {
  const some = errors(Array.from({ length: 200 }, (_, i) => i % 3 === 0));
  const worse = errors(Array.from({ length: 200 }, (_, i) => i % 3 !== 1));
  const options = { samples: 500, seed: 1 };
  expect(pairedBootstrap(ser, some, some, options)).toMatchObject({ p: 1, wins: { a: 0, b: 0 } });
  expect(approximateRandomization(ser, some, some, options).p).toBe(1);
  const test = pairedBootstrap(ser, some, worse, options);
  expect(test.p).toBeCloseTo(1 / 501, 12);
  expect(test.wins).toEqual({ a: 1, b: 0 });
  expect(approximateRandomization(ser, some, worse, options).p).toBeCloseTo(1 / 501, 12);
});

test("the interval has 95% of the normal distribution that a share has", () => {
  const share = 0.3;
  const counts = errors(Array.from({ length: 400 }, (_, i) => i < 400 * share));
  const { mean, low, high } = pairedBootstrap(ser, counts, counts, { samples: 3000, seed: 5 }).intervals.a;
  const deviation = Math.sqrt((share * (1 - share)) / 400);
  expect(mean).toBeCloseTo(share, 2);
  expect((high - low) / 2 / deviation).toBeCloseTo(1.96, 1);
});

test("the seed decides, and which system comes first does not", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 5, maxLength: 40 }), fc.integer({ min: 0 }), (pairs, seed) => {
      const [a, b] = [errors(pairs.map(([left]) => left)), errors(pairs.map(([, right]) => right))];
      const options = { samples: 50, seed };
      const [one, other] = [pairedBootstrap(ser, a, b, options), pairedBootstrap(ser, b, a, options)];
      expect(pairedBootstrap(ser, a, b, options)).toEqual(one);
      expect([other.p, other.wins.b, other.intervals.b]).toEqual([one.p, one.wins.a, one.intervals.a]);
      expect(approximateRandomization(ser, a, b, options).p).toBe(approximateRandomization(ser, b, a, options).p);
    }),
  );
});

test("counts of different test sets are refused", () => {
  expect(() => pairedBootstrap(ser, errors([true]), errors([true, false]), { samples: 2, seed: 1 })).toThrow("1 x 2 and 2 x 2");
});
