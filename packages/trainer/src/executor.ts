/** A batch of token ids, padded with 0 on the right. B pairs, S and T the batch's padded lengths. */
export interface Batch {
  readonly size: number;
  readonly sourceLength: number;
  readonly targetLength: number;
  /** [B, S] row-major; a source is its tokens followed by `</s>`. */
  readonly source: Int32Array;
  /** [B] real lengths, `</s>` included, at least 1. */
  readonly sourceLengths: Int32Array;
  /** [B, T] decoder input: `<s>` and the tokens. */
  readonly targetInput: Int32Array;
  /** [B, T] decoder output: the tokens and `</s>`; its real (non-zero) entries are what the loss counts. */
  readonly targetOutput: Int32Array;
  /** Real entries of `targetOutput`. */
  readonly targetTokens: number;
}

export interface StepOptions {
  /** Counts from 1; decides the dropout masks, together with the seed. */
  readonly step: number;
  readonly learningRate: number;
  /** Factor of the summed loss whose gradient is taken: see `lossScale`. */
  readonly scale: number;
}

export interface StepResult {
  /** Sum of the training loss (nats, label smoothing included) over real target tokens. */
  readonly lossSum: number;
  readonly tokens: number;
  /** Global gradient norm before clipping. */
  readonly gradientNorm: number;
}

export interface EvaluationResult {
  /** Sum of the cross-entropy (nats, no smoothing, no dropout) over real target tokens. */
  readonly lossSum: number;
  readonly tokens: number;
  /** Real target tokens whose argmax under teacher forcing is right. */
  readonly correct: number;
}

/** A tensor of the training state: a parameter, or a slot of the optimiser named `<slot>/<parameter>`. */
export interface StateTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
export type State = ReadonlyMap<string, StateTensor>;

/** Runs the training graphs somewhere (CPU shards, one GPU session) and owns the weights while doing so. One call at a time. */
export interface Executor {
  /** One update. Where it throws, the weights may be half updated: only `close` is left. */
  step(batch: Batch, options: StepOptions): Promise<StepResult>;
  evaluate(batch: Batch): Promise<EvaluationResult>;
  /** A copy of the weights and slots after the last finished step. */
  state(): Promise<State>;
  /** Ends it, after the call at hand. */
  close(): Promise<void>;
}
