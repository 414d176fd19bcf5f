import type { SeriesInfo } from "@s2s/runtime/manifest";
import type { Batch } from "../../executor.ts";
import type { Examples } from "../examples.ts";
import type { Table } from "./table.ts";

/** Columns of a table by name. */
export const columnsOf = ({ columns }: Table, names: readonly string[]): Float64Array[] => names.map((name) => columns.get(name)!);

/**
 * Windows of a series, each with the steps that follow: an example is an origin, the first step to come. What is known are the `window` steps before
 * it, scaled by the training part's mean and deviation; what is asked for are `horizon` steps of the outputs from it on.
 */
export class Windows implements Examples {
  readonly table: Table;
  readonly series: SeriesInfo;
  readonly horizon: number;
  readonly origins: Uint32Array;
  /** Row-major over steps: [T, inputs]. */
  readonly #scaled: Float32Array;
  readonly #outputs: readonly number[];

  constructor(table: Table, series: SeriesInfo, horizon: number, origins: Uint32Array) {
    this.table = table;
    this.series = series;
    this.horizon = horizon;
    this.origins = origins;
    const { inputs } = series;
    this.#outputs = series.outputs.map((name) => inputs.findIndex((input) => input.name === name));
    this.#scaled = new Float32Array(table.rows * inputs.length);
    for (const [column, { name, mean, deviation }] of inputs.entries()) {
      const values = table.columns.get(name)!;
      for (let step = 0; step < table.rows; step++) this.#scaled[step * inputs.length + column] = (values[step]! - mean) / deviation;
    }
  }

  get count(): number {
    return this.origins.length;
  }
  lengths(): readonly [number, number] {
    return [0, 0];
  }
  units(): number {
    return this.horizon * this.#outputs.length;
  }
  collate(examples: Uint32Array): Batch {
    const { window, inputs } = this.series;
    const width = inputs.length;
    const size = examples.length;
    const source = new Float32Array(size * window * width);
    const target = new Float32Array(size * this.units());
    for (const [row, example] of examples.entries()) {
      const origin = this.origins[example]!;
      source.set(this.#scaled.subarray((origin - window) * width, origin * width), row * window * width);
      for (let step = 0; step < this.horizon; step++) {
        for (const [k, column] of this.#outputs.entries())
          target[row * this.units() + step * this.#outputs.length + k] = this.#scaled[(origin + step) * width + column]!;
      }
    }
    return {
      size,
      tensors: {
        source: { type: "float32", shape: [size, window, width], data: source },
        source_lengths: { type: "int32", shape: [size], data: new Int32Array(size).fill(window) },
        target: { type: "float32", shape: [size, this.horizon, this.#outputs.length], data: target },
      },
      units: size * this.units(),
    };
  }

  /** What came from an origin on, in the columns' own units: [horizon, outputs]. */
  truth(example: number): Float64Array {
    const origin = this.origins[example]!;
    const columns = columnsOf(this.table, this.series.outputs);
    return Float64Array.from({ length: this.units() }, (_, i) => columns[i % columns.length]![origin + Math.floor(i / columns.length)]!);
  }
}

/** Origins from which all steps of window and horizon are in `from` .. `to` - 1 (windows may begin before) and nothing is missing. */
export function originsOf(
  table: Table,
  names: readonly string[],
  {
    window,
    horizon,
    from,
    to,
  }: {
    readonly window: number;
    readonly horizon: number;
    readonly from: number;
    readonly to: number;
  },
): Uint32Array {
  const columns = columnsOf(table, names);
  // Of each step how many numbers are missing up to it.
  const gaps = new Uint32Array(table.rows + 1);
  for (let step = 0; step < table.rows; step++)
    gaps[step + 1] = gaps[step]! + Number(columns.some((column) => Number.isNaN(column[step]!)));
  const origins: number[] = [];
  for (let origin = Math.max(from, window); origin + horizon <= to; origin++)
    if (gaps[origin + horizon] === gaps[origin - window]) origins.push(origin);
  return Uint32Array.from(origins);
}
