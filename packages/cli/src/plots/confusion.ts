import type { HeatMap } from "./heat-map.ts";

/** How often each label was taken for each. */
export interface Confusion {
  readonly labels: readonly string[];
  /** Counts [true label][predicted label]. */
  readonly confusion: readonly (readonly number[])[];
}

/** Counts fit into cells up to so many labels. */
const MOST_WITH_COUNTS = 24;

/** A row for each true label, shaded by the share of its examples. */
export function confusionMap({ labels, confusion }: Confusion): HeatMap {
  const shades = confusion.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (total === 0 ? 0 : count / total));
  });
  const map = {
    title: "Confusion matrix",
    rows: labels,
    columns: labels,
    shades,
    rowTitle: "true labels",
    columnTitle: "predicted labels",
  };
  return labels.length > MOST_WITH_COUNTS ? map : { ...map, texts: confusion.map((row) => row.map(String)) };
}
