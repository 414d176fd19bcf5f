import type { Trainable } from "@s2s/runtime/manifest";
import type { SourceExample } from "../reference/inputs.ts";
import type { Weights } from "../reference/parameters.ts";
import type { Found, SearchSpec } from "../reference/search.ts";
import type { Vector } from "../reference/vector.ts";
import type { BatchWork, ProbeSource, TensorWork } from "../workload.ts";

/** What the reference says of a batch. */
export interface ExpectedBatch {
  /** [source][state][H], of the states that an encoder gives, in the manifest's order. */
  readonly states: readonly (readonly Vector[])[];
  /** [source][T][V] along the batch's targets, of a model that gives tokens. */
  readonly logits: readonly (readonly Vector[])[];
  /** [search][source] */
  readonly searches: readonly (readonly Found[])[];
  /** [source][row][W] of a model that gives something else: see `RowFindings`. */
  readonly rows?: readonly (readonly Vector[])[];
}

/** What a training graph takes, and what the reference makes of the same. */
export interface ExpectedStep {
  readonly batch: Readonly<Record<string, TensorWork>>;
  /** What the loss is a sum over. */
  readonly units: number;
  /** At other weights. */
  readonly loss: (weights: Weights) => number;
  /** Of the summed loss, at the bundle's weights. */
  readonly gradients: ReadonlyMap<string, Vector>;
}

export interface Expectation {
  readonly work: BatchWork;
  readonly expected: ExpectedBatch;
}

/** What the reference says of a model with one kind of output. */
export interface Expecter {
  readonly searches: readonly SearchSpec[];
  /** @param between awaited now and then: the reference takes seconds for a large model */
  expect(sources: readonly ProbeSource[], between: () => Promise<void>): Promise<Expectation>;
  /** A training step on a batch. */
  step(work: BatchWork, trainable: Trainable): ExpectedStep;
}

const examples = new WeakMap<ProbeSource, SourceExample>();

/** A source as the reference reads it; for one source always the same object. */
export function exampleOf(source: ProbeSource): SourceExample {
  if (!("data" in source)) return source;
  const known = examples.get(source);
  if (known) return known;
  const size = source.shape.reduce((product, dimension) => product * dimension, 1);
  const made = Array.from({ length: source.data.length / size }, (_, t) =>
    Float64Array.from(source.data.subarray(t * size, (t + 1) * size)),
  );
  examples.set(source, made);
  return made;
}
