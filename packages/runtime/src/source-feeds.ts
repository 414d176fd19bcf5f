import { SOURCE, SOURCE_LENGTHS } from "./graph-forms.ts";
import type { Content, Source } from "./model-source.ts";
import { Tensor } from "./ort.ts";
import { PAD_ID } from "./vocabulary.ts";

/**
 * Sources of one kind as the graphs take them, padded on the right: tokens (ids that end with `</s>`) as `source` int32 [B, S], sequences of numbers
 * as float32 [B, S, ...], both with `source_lengths` [B]; single pictures and vectors as float32 [B, ...].
 */
export function sourceFeeds(sources: readonly Source[]): Record<string, Tensor> {
  const longest = sources.reduce((most, { length }) => Math.max(most, length), 0);
  const first = sources[0]?.content;
  if (first !== undefined && !first.sequence) return { [SOURCE]: stack(sources, first, 1, [sources.length, ...first.shape]) };
  return {
    [SOURCE]: first === undefined ? padIds(sources, longest) : stack(sources, first, longest, [sources.length, longest, ...first.shape]),
    [SOURCE_LENGTHS]: new Tensor(
      "int32",
      Int32Array.from(sources, (source) => source.length),
      [sources.length],
    ),
  };
}

function padIds(sources: readonly Source[], longest: number): Tensor {
  const ids = new Int32Array(sources.length * longest).fill(PAD_ID);
  for (const [row, source] of sources.entries()) ids.set(source, row * longest);
  return new Tensor("int32", ids, [sources.length, longest]);
}

function stack(sources: readonly Source[], { shape }: Content, longest: number, dimensions: readonly number[]): Tensor {
  const size = longest * shape.reduce((product, dimension) => product * dimension, 1);
  const data = new Float32Array(sources.length * size);
  for (const [row, { content }] of sources.entries()) if (content !== undefined) data.set(content.data, row * size);
  return new Tensor("float32", data, dimensions);
}
