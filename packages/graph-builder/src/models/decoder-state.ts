import type { Value } from "../ir.ts";
import type { CellState } from "../layers/cells/cell.ts";
import type { Shape } from "../shape.ts";

/** What an encoder gives to a decoder. */
export interface DecoderSource {
  /** The first states of the decoder's layers [B, H]; null where nothing is handed over. */
  readonly initial: readonly CellState[] | null;
  /** What can be attended to: values [S, B, W], and [B, S] with 1 at what a source has and 0 at its padding. */
  readonly memory: { readonly values: Value; readonly mask: Value } | null;
  /** The source's ids, of tokens: [B, S] int32. */
  readonly ids: Value | null;
  /** The whole source in one vector: [B, W]. */
  readonly summary: Value | null;
}

/** What a decoder carries from step to step, as the graphs' border has it. */
export interface DecoderState {
  readonly name: string;
  /** Without the batch. */
  readonly shape: Shape;
  /** [B, ...shape]; null for zeros. */
  readonly initial: Value | null;
}

/** What a decoder looks at and never changes, by name; the batch comes first in each. */
export type DecoderMemory = Readonly<Record<string, Value>>;

export interface Begun {
  readonly states: readonly DecoderState[];
  readonly memory: DecoderMemory;
}

/** The decoder's own part of its states; see `DecoderState`. */
export interface StepState {
  readonly cells: readonly CellState[];
  /** What was read out of the step before. */
  readonly fed: Value | null;
  /** How much each position was attended to so far: [B, S]. */
  readonly coverage: Value | null;
}

/** What a step comes to before anything is read out of it. */
export interface Recurred {
  /** [..., H] */
  readonly h: Value;
  /** [..., W], where the decoder attends. */
  readonly context: Value | null;
  /** [..., S], where the decoder attends. */
  readonly weights: Value | null;
}

/** What logits are computed from, row by row: of each step and sequence [..., F]. */
export type Rows = readonly Value[];
