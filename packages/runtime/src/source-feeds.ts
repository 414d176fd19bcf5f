import { SOURCE, SOURCE_LENGTHS } from "./check-manifest.ts";
import { Tensor } from "./ort.ts";
import { PAD_ID } from "./vocabulary.ts";

/** Sources (ids that end with `</s>`) as the graphs take them: `source` [B, S], padded on the right, and `source_lengths` [B]. */
export function sourceFeeds(sources: readonly (readonly number[])[]): Record<string, Tensor> {
  const lengths = Int32Array.from(sources, (source) => source.length);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const ids = new Int32Array(sources.length * longest).fill(PAD_ID);
  for (const [row, source] of sources.entries()) ids.set(source, row * longest);
  return {
    [SOURCE]: new Tensor("int32", ids, [sources.length, longest]),
    [SOURCE_LENGTHS]: new Tensor("int32", lengths, [sources.length]),
  };
}
