/** What one decoding step returns for B rows. */
export interface DecoderStep<S> {
  /** [B, V] row-major. */
  readonly logits: Float32Array;
  readonly states: S;
  /** [B, S] row-major, where the model attends: how much each source position was looked at. S is the longest source given to `start`. */
  readonly attention?: Float32Array | undefined;
}

/**
 * A model, seen by a search: S holds the states of a batch, one row a hypothesis, and is never changed in place. A search knows
 * nothing else of the model, so that it runs against ONNX Runtime and against a table of numbers in a test.
 */
export interface StepModel<S> {
  /** V, the size of the target vocabulary. */
  readonly vocabularySize: number;
  /** Encodes a batch of sources (ids that end with `</s>`) and returns the decoder's first states, one row a source. */
  start(sources: readonly (readonly number[])[]): Promise<{ readonly states: S }>;
  /** Feeds one token to each row. */
  step(tokens: Int32Array, states: S): Promise<DecoderStep<S>>;
  /** The given rows, in the given order; a row may be taken more than once. */
  select(states: S, rows: readonly number[]): S;
}
