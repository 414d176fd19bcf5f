import { type Bundle, openGraph } from "@s2s/runtime/parts";
import type { GraphInfo } from "@s2s/runtime/manifest";
import type { SessionOptions } from "@s2s/runtime/ort";
import type { FoundHypothesis, SearchSpec } from "../reference/search.ts";
import type { ProbeSource } from "../workload.ts";
import { float32, int32 } from "./pad.ts";
import { sourceFeeds } from "./source-feeds.ts";

export interface Generate {
  /** Hypotheses of each source, best first. */
  run(sources: readonly ProbeSource[], spec: SearchSpec): Promise<FoundHypothesis[][]>;
  release(): Promise<void>;
}

/** generate.onnx, fed as any other language feeds it: see docs/design.md for its inputs and outputs. */
export async function openGenerate(bundle: Bundle, graph: GraphInfo, options: SessionOptions): Promise<Generate> {
  const session = await openGraph(bundle, graph, options);
  return {
    async run(sources, { beams, lengthPenalty, maxLength }) {
      const { ids, lengths, scores } = await session.run({
        ...sourceFeeds(sources),
        max_length: int32(maxLength),
        beams: int32(beams),
        length_penalty: float32(lengthPenalty),
      });
      const [, , width] = ids.dims;
      const hypothesis = (row: number): FoundHypothesis => ({
        ids: [...(ids.data as Int32Array).subarray(row * width, row * width + (lengths.data as Int32Array)[row])],
        score: (scores.data as Float32Array)[row],
      });
      return sources.map((_, source) => {
        const all = Array.from({ length: beams }, (__, k) => hypothesis(source * beams + k));
        // Where there are fewer hypotheses than beams, the rest have probability 0.
        return all.filter(({ score }) => score !== -Infinity);
      });
    },
    release: () => session.release(),
  };
}
