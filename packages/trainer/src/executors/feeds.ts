import { type Session, Tensor } from "@s2s/runtime/ort";
import type { BatchPart, EvaluationSums } from "../executor.ts";

export type Feeds = Record<string, Tensor>;

export const scalar = (number: number): Tensor => new Tensor("float32", Float32Array.of(number), []);
export const integer = (number: number): Tensor => new Tensor("int32", Int32Array.of(number), []);

/** A batch as the inputs of a training graph. */
export const batchFeeds = ({ tensors }: BatchPart): Feeds =>
  Object.fromEntries(Object.entries(tensors).map(([name, { type, data, shape }]) => [name, new Tensor(type, data as never, shape)]));

/** What an evaluation graph gave. */
export const sumsOf = (results: Readonly<Record<string, Tensor>>): EvaluationSums =>
  Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, (data as Float32Array)[0]]));

/** Only what the graph takes: one without dropout has no seed, one of plain gradient descent no step. */
export const known = (session: Session, feeds: Feeds): Feeds =>
  Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputNames.includes(name)));
