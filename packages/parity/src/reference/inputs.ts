import type { InputConfig } from "@s2s/runtime/manifest";
import { cnn } from "./cnn.ts";
import { embedding } from "./embedding.ts";
import type { Parameters } from "./parameters.ts";
import type { Vector } from "./vector.ts";

/** Ids; or a vector for every step (of frames an image [C, H, W]), one for a source without steps. */
export type SourceExample = readonly number[] | readonly Vector[];

export interface SourcesRead {
  /** Of each source its steps; of a source without steps its one vector. */
  readonly xs: readonly (readonly Vector[])[];
  /** Of each image its parts, in reading order; null of sources that have none. */
  readonly parts: readonly (readonly Vector[])[] | null;
  /** From their gradients; weights' gradients are added up. */
  readonly back: (dxs: readonly (readonly Vector[])[], dParts?: readonly (readonly Vector[])[] | null) => void;
}

/** What layers behind an input see of all sources of a batch. */
export function readSources(
  parameters: Parameters,
  config: InputConfig,
  sources: readonly SourceExample[],
  training: boolean,
): SourcesRead {
  switch (config.kind) {
    case "tokens": {
      const embedded = sources.map((ids) => ids.map((id) => embedding(parameters, "encoder.embedding", id as number)));
      return {
        xs: embedded.map((steps) => steps.map(({ y }) => y)),
        parts: null,
        back: (dxs) => embedded.forEach((steps, n) => steps.forEach(({ back }, t) => back(dxs[n][t]))),
      };
    }
    case "image":
    case "frames": {
      const lengths = sources.map(({ length }) => length);
      const { features, maps, back } = cnn(parameters, "encoder.cnn", config, sources.flat() as Vector[], training);
      const channels = config.filters.at(-1)!;
      const ends = lengths.map((_, n) => lengths.slice(0, n + 1).reduce((a, b) => a + b, 0));
      return {
        xs: lengths.map((length, n) => features.slice(ends[n] - length, ends[n])),
        parts: config.kind === "image" ? maps.map((map) => transposed(map, channels)) : null,
        back: (dxs, dParts = null) => back(dxs.flat(), dParts && dParts.map((parts) => joined(parts, channels))),
      };
    }
    default:
      return { xs: sources as readonly (readonly Vector[])[], parts: null, back: () => {} };
  }
}

/** A map [C, places] as a vector [C] for each place. */
function transposed(map: Vector, channels: number): Vector[] {
  const places = map.length / channels;
  return Array.from({ length: places }, (_, at) => Float64Array.from({ length: channels }, (__, c) => map[c * places + at]));
}

const joined = (parts: readonly Vector[], channels: number): Vector =>
  Float64Array.from({ length: channels * parts.length }, (_, i) => parts[i % parts.length][Math.floor(i / parts.length)]);
