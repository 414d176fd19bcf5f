import type { Refusal } from "../../engine/service.ts";
import type { SeriesInfo } from "../../manifest.ts";
import { contentSource, type Source } from "../../model-source.ts";
import { numberProblem, show } from "./numbers.ts";

/**
 * The last steps of a series, oldest first: each a list of numbers in the manifest's order or an object by column. Scaled as in training; of more
 * steps than the model looks back upon the last are taken.
 */
export function readSeries(value: unknown, { inputs, window }: SeriesInfo): Source | Refusal {
  const names = inputs.map(({ name }) => name);
  if (!Array.isArray(value)) return { error: `the input is no list of rows: give the last ${window} with ${list(names)}` };
  if (value.length < window)
    return { error: `the input has ${value.length} ${value.length === 1 ? "row" : "rows"}, but this model looks back upon ${window}` };
  const data = new Float32Array(window * inputs.length);
  const skipped = value.length - window;
  for (const [step, row] of value.slice(skipped).entries()) {
    const numbers = numbersOf(row, names);
    const where = `row ${skipped + step + 1}`;
    if (typeof numbers === "string") return { error: `${where} ${numbers}` };
    for (const [column, { name, mean, deviation }] of inputs.entries()) {
      const number = numbers[column];
      const problem = numberProblem(number);
      if (problem !== undefined) return { error: `${where}: ${name} is ${problem}` };
      data[step * inputs.length + column] = ((number as number) - mean) / deviation;
    }
  }
  return contentSource(data, [inputs.length], true);
}

/** In the order of the columns; what is missing is undefined. Or what is wrong with the row as a whole. */
function numbersOf(row: unknown, names: readonly string[]): readonly unknown[] | string {
  if (Array.isArray(row) || row instanceof Float32Array || row instanceof Float64Array) {
    return row.length === names.length
      ? Array.from(row as unknown[])
      : `has ${row.length} ${row.length === 1 ? "column" : "columns"}, but this model takes ${list(names)}`;
  }
  if (typeof row !== "object" || row === null) return `is neither a list of numbers nor an object with ${list(names)}`;
  const unknown = Object.keys(row).find((name) => !names.includes(name));
  if (unknown !== undefined) return `has the column ${show(unknown)}, which this model does not know: it takes ${list(names)}`;
  const missing = names.find((name) => !Object.hasOwn(row, name));
  if (missing !== undefined) return `lacks the column ${show(missing)}: this model takes ${list(names)}`;
  return names.map((name) => (row as Record<string, unknown>)[name]);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
