import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../src/errors.ts";
import { greedy, type Hypothesis } from "../src/greedy.ts";
import { bestToken } from "../src/logits.ts";
import type { StepModel } from "../src/step-model.ts";
import { END_ID, PAD_ID, START_ID } from "../src/vocabulary.ts";

const V = 7;

/** A row's state is its whole history, and the logits are a hash of it: any mix-up of rows or steps changes the answer. */
type History = readonly (readonly number[])[];

function hash(numbers: readonly number[]): number {
  let h = 2166136261;
  for (const n of numbers) h = Math.imul(h ^ (n + 1), 16777619);
  h ^= h >>> 15;
  h = Math.imul(h, 2246822519);
  return (h ^ (h >>> 13)) >>> 0;
}

/** Logits in [-4, 4]; `</s>` gets likelier as the target grows, `<pad>` and `<s>` are often the largest. */
function logitsOf(history: readonly number[]): number[] {
  return Array.from({ length: V }, (_, id) => {
    const random = (hash([...history, id]) / 2 ** 32) * 8 - 4;
    return Math.fround(id === END_ID ? random + history.length / 8 - 1 : random);
  });
}

class FakeModel implements StepModel<History> {
  readonly vocabularySize = V;
  /** Rows of every step taken. */
  readonly steps: number[] = [];
  readonly batches: (readonly (readonly number[])[])[] = [];

  async start(sources: readonly (readonly number[])[]) {
    this.batches.push(sources);
    return { states: sources as History };
  }
  async step(tokens: Int32Array, states: History) {
    expect(tokens.length).toBe(states.length);
    this.steps.push(tokens.length);
    const next = states.map((history, row) => [...history, 100 + (tokens[row] ?? NaN)]);
    return { logits: Float32Array.from(next.flatMap(logitsOf)), states: next };
  }
  select(states: History, rows: readonly number[]): History {
    return rows.map((row) => states[row] ?? []);
  }
}

/** The definition, one source at a time, with the plain formula of the softmax. */
function reference(source: readonly number[], maxLength: number): Hypothesis {
  const ids: number[] = [];
  let score = 0;
  const history = [...source];
  let token = START_ID;
  while (ids.length < maxLength) {
    history.push(100 + token);
    const logits = logitsOf(history);
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    const allowed = logits.map((logit, id) => (id === PAD_ID || id === START_ID ? -Infinity : logit));
    token = allowed.indexOf(Math.max(...allowed));
    score += Math.log(Math.exp(logits[token] ?? NaN) / total);
    if (token === END_ID) return { ids, score, truncated: false };
    ids.push(token);
  }
  return { ids, score, truncated: true };
}

const source = fc.array(fc.integer({ min: 4, max: 9 }), { maxLength: 6 }).map((ids) => ids.concat(END_ID));
const sources = fc.array(source, { maxLength: 12 });

describe("greedy search", () => {
  test("gives every source what the definition gives it, however it is batched", async () => {
    await fc.assert(
      fc.asyncProperty(sources, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 5 }), async (given, maxLength, batchSize) => {
        const answers = await greedy(new FakeModel(), given, { maxLength, batchSize });
        expect(answers).toHaveLength(given.length);
        for (const [i, answer] of answers.entries()) {
          const { ids, score, truncated } = reference(given[i] ?? [], maxLength);
          expect(answer.ids).toEqual(ids);
          expect(answer.truncated).toBe(truncated);
          expect(answer.score).toBeCloseTo(score, 9);
        }
      }),
    );
  });

  test("rows that have ended leave the batch", async () => {
    const given = Array.from({ length: 8 }, (_, i) => [4 + i, END_ID]);
    const model = new FakeModel();
    const answers = await greedy(model, given, { maxLength: 40 });
    const lengths = answers.map(({ ids, truncated }) => ids.length + (truncated ? 0 : 1));
    const alive = Array.from({ length: Math.max(...lengths) }, (_, step) => lengths.filter((length) => length > step).length);
    expect(new Set(alive).size).toBeGreaterThan(3);
    expect(model.steps).toEqual(alive);
  });

  test("batches hold sources of like length, at most batchSize of them", async () => {
    const model = new FakeModel();
    await greedy(
      model,
      [5, 1, 4, 2, 3].map((length) => Array.from({ length }, () => END_ID)),
      { maxLength: 2, batchSize: 2 },
    );
    expect(model.batches.map((batch) => batch.map((ids) => ids.length))).toEqual([[1, 2], [3, 4], [5]]);
  });

  test("the first token may be the end, and maxLength 1 can still end", async () => {
    const ending: StepModel<null> = {
      vocabularySize: 5,
      start: async () => ({ states: null }),
      step: async (tokens) => ({ logits: Float32Array.from([...tokens].flatMap(() => [9, 0, 9, 1, 0])), states: null }),
      select: () => null,
    };
    const [answer] = await greedy(ending, [[END_ID]], { maxLength: 1 });
    expect(answer).toMatchObject({ ids: [], truncated: false });
    expect(answer?.score).toBeCloseTo(1 - Math.log(2 * Math.exp(9) + Math.E + 2), 9);
  });

  test("nothing in, nothing out", async () => {
    const model = new FakeModel();
    expect(await greedy(model, [], { maxLength: 3 })).toEqual([]);
    expect(model.batches).toEqual([]);
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity])("refuses %d as a length or a batch size", async (value) => {
    await expect(greedy(new FakeModel(), [], { maxLength: value })).rejects.toThrow(UserError);
    await expect(greedy(new FakeModel(), [], { maxLength: 1, batchSize: value })).rejects.toThrow(/^batchSize must be/);
  });
});

describe("bestToken", () => {
  test("is stable for huge logits and takes the lowest id of equals", () => {
    const { token, logProbability } = bestToken(Float32Array.of(0, 0, 0, 0, 0, 3e38, 3e38, 1, -3e38, 0, 0, 3e38, 2, 0), 0, 7);
    expect(token).toBe(5);
    expect(logProbability).toBeCloseTo(-Math.LN2, 12);
    expect(bestToken(Float32Array.of(0, 0, 0, 0, 0, 3e38, 3e38, 1, -3e38, 0, 0, 3e38, 2, 0), 1, 7).token).toBe(4);
  });

  const broken: [string, number[]][] = [
    ["only NaN", [NaN, NaN, NaN, NaN, NaN]],
    ["a NaN", [0, 1, NaN, 3, 4]],
    ["an infinity", [0, 1, 2, 3, Infinity]],
    ["an infinity that may not be generated", [Infinity, 1, 2, 3, 4]],
    ["nothing but minus infinity", [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity]],
  ];
  test.each(broken)("refuses %s", (_, logits) => {
    expect(() => bestToken(Float32Array.from(logits), 0, 5)).toThrow(UserError);
  });
});
