import type { Path } from "./hypothesis.ts";

/** What one step of the model says of every row of a batch. */
export interface StepOutputs {
  /** [B, V] row-major. */
  readonly logits: Float32Array;
  /** V. */
  readonly size: number;
  /** A row's attention, [S] over the positions of its own source, where that is used. */
  readonly weights: (row: number, sourceLength: number) => Float32Array | undefined;
}

/** The search for one source's targets. Each of its paths is a row of the batch. */
export interface Frontier {
  /** The paths that go on; none once the search is over. */
  readonly alive: readonly Path[];
  /** Takes one step, the outputs of its rows standing from row `first` on. Returns for each path that goes on which one it continues. */
  advance(outputs: StepOutputs, first: number): readonly number[];
  /** What was found, best first. */
  finished(): readonly Path[];
}
