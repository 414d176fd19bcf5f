import { type Session, Tensor } from "@s2s/runtime/ort";
import type { Batch } from "../executor.ts";

export type Feeds = Record<string, Tensor>;

export const scalar = (number: number): Tensor => new Tensor("float32", Float32Array.of(number), []);
export const integer = (number: number): Tensor => new Tensor("int32", Int32Array.of(number), []);

/** A batch as the inputs of a training graph. */
export function batchFeeds({ size, sourceLength, targetLength, source, sourceLengths, targetInput, targetOutput }: Batch): Feeds {
  return {
    source: new Tensor("int32", source, [size, sourceLength]),
    source_lengths: new Tensor("int32", sourceLengths, [size]),
    target_input: new Tensor("int32", targetInput, [size, targetLength]),
    target_output: new Tensor("int32", targetOutput, [size, targetLength]),
  };
}

/** Only what the graph takes: one without dropout has no seed, one of plain gradient descent no step. */
export const known = (session: Session, feeds: Feeds): Feeds =>
  Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputNames.includes(name)));
