import { type Source, contentSource } from "@s2s/runtime/parts";
import { Tensor } from "@s2s/runtime/ort";
import type { NumberSource, ProbeSource } from "../workload.ts";
import { lengthsOf, padded } from "./pad.ts";

const isNumbers = (source: ProbeSource | undefined): source is NumberSource => source !== undefined && "data" in source;

/** Sources as the runtime's own search takes them. */
export const runtimeSource = (source: ProbeSource): Source =>
  isNumbers(source) ? contentSource(source.data, source.shape, source.sequence) : source;

/** `source` and, of sequences, `source_lengths`, as any other program feeds them; nothing to a model without a source. */
export function sourceFeeds(sources: readonly ProbeSource[]): Record<string, Tensor> {
  const numbers = sources.filter(isNumbers);
  if (numbers.length === 0) {
    const ids = sources as readonly (readonly number[])[];
    return ids.every(({ length }) => length === 0) ? {} : { source: padded(ids), source_lengths: lengthsOf(ids) };
  }
  const [{ shape, sequence }] = numbers;
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const lengths = numbers.map(({ data }) => data.length / size);
  const longest = Math.max(...lengths);
  const all = new Float32Array(numbers.length * longest * size);
  for (const [row, { data }] of numbers.entries()) all.set(data, row * longest * size);
  return {
    source: new Tensor("float32", all, [numbers.length, ...(sequence ? [longest] : []), ...shape]),
    ...(sequence && { source_lengths: new Tensor("int32", Int32Array.from(lengths), [lengths.length]) }),
  };
}

/** Positions of each source: 1 where it has no steps, 0 where there is none. */
export function lengthOf(source: ProbeSource): number {
  if (!isNumbers(source)) return source.length;
  return source.data.length / source.shape.reduce((product, dimension) => product * dimension, 1);
}
