import type { HeatMap } from "./heat-map.ts";

/** Where a decoder looked. */
export interface AttentionMap {
  readonly source: readonly string[];
  readonly target: readonly string[];
  /** Weights [target][source], each row adding up to 1. */
  readonly attention: readonly (readonly number[])[];
}

/** A row for each target token, a column for each source token. */
export function attentionMap({ source, target, attention }: AttentionMap): HeatMap {
  return { title: "Attention", rows: target, columns: source, shades: attention, rowTitle: "target tokens", columnTitle: "source tokens" };
}
