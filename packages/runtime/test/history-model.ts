import { expect } from "vitest";
import type { StepModel } from "../src/step-model.ts";
import { END_ID } from "../src/vocabulary.ts";

/** What the decoder has seen, the tokens fed as ids + 100 to tell them apart. */
interface Seen {
  readonly source: readonly number[];
  readonly fed: readonly number[];
  /** Of the batch in which the source was encoded. */
  readonly width: number;
}
export type History = readonly Seen[];

function hash(numbers: readonly number[]): number {
  let h = 2166136261;
  for (const n of numbers) h = Math.imul(h ^ (n + 1), 16777619);
  h ^= h >>> 15;
  h = Math.imul(h, 2246822519);
  return (h ^ (h >>> 13)) >>> 0;
}

/** Logits in [-4, 4] after the tokens fed (`<s>` first); `</s>` gets likelier as the target grows, `<pad>` and `<s>` are often the largest. */
export function logitsOf(source: readonly number[], fed: readonly number[], size: number): number[] {
  const history = [...source, ...fed.map((id) => id + 100)];
  return Array.from({ length: size }, (_, id) => {
    const random = (hash([...history, id]) / 2 ** 32) * 8 - 4;
    return Math.fround(id === END_ID ? random + history.length / 8 - 1 : random);
  });
}

/** Weights over the positions of the source that add up to 1. */
export function attentionOf(source: readonly number[], fed: readonly number[]): number[] {
  const raw = source.map((_, i) => 0.01 + hash([...source, ...fed.map((id) => id + 100), 1000 + i]) / 2 ** 32);
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return raw.map((weight) => Math.fround(weight / total));
}

export interface HistoryModelOptions {
  readonly size?: number;
  readonly attends?: boolean;
}

/** A row's state is its whole history, and what the model says is a hash of it: any mix-up of rows or steps changes the answer. */
export class HistoryModel implements StepModel<History> {
  readonly vocabularySize: number;
  /** Rows of every step taken. */
  readonly steps: number[] = [];
  readonly batches: (readonly (readonly number[])[])[] = [];
  readonly #attends: boolean;

  constructor({ size = 7, attends = false }: HistoryModelOptions = {}) {
    this.vocabularySize = size;
    this.#attends = attends;
  }

  async start(sources: readonly (readonly number[])[]) {
    this.batches.push(sources);
    const width = Math.max(...sources.map((source) => source.length));
    return { states: sources.map((source): Seen => ({ source, fed: [], width })) };
  }

  async step(tokens: Int32Array, states: History) {
    expect(tokens).toHaveLength(states.length);
    this.steps.push(tokens.length);
    const next = states.map((seen, row): Seen => ({ ...seen, fed: [...seen.fed, tokens[row] ?? NaN] }));
    const logits = Float32Array.from(next.flatMap(({ source, fed }) => logitsOf(source, fed, this.vocabularySize)));
    return { logits, states: next, attention: this.#attends ? attentionRows(next) : undefined };
  }

  select(states: History, rows: readonly number[]): History {
    return rows.map((row) => states[row]!);
  }
}

/** Padding has a weight here, so that a search which looks at it is found out. */
function attentionRows(states: History): Float32Array {
  const row = ({ source, fed, width }: Seen) => [...attentionOf(source, fed), ...Array.from({ length: width - source.length }, () => 7)];
  return Float32Array.from(states.flatMap(row));
}
