/**
 * Figures without those that are no finite number, such as a share of nothing: they say nothing, and JSON has no way to write them, so that a record or
 * manifest with one could not be read again.
 */
export function finiteFigures<F extends Readonly<Record<string, number>>>(figures: F): F {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value))) as F;
}
