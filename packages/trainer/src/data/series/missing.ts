import { UserError } from "@s2s/runtime";
import type { Config } from "../../config.ts";
import { plural } from "../../plural.ts";
import type { Table } from "./table.ts";

export type Missing = Config["forecast"]["missing"];

/** A table without missing numbers, unless they are to be skipped. @throws UserError naming the first one where they are refused */
export function fillMissing(table: Table, how: Missing, path: string): Table {
  if (how === "skip") return table;
  const columns = new Map<string, Float64Array>();
  for (const [name, column] of table.columns) {
    const first = column.findIndex(Number.isNaN);
    if (first < 0) columns.set(name, column);
    else if (how === "refuse") {
      const count = column.filter(Number.isNaN).length;
      throw new UserError(
        `${path}:${table.lines[first]}: ${name} is missing, in ${count} of ${plural(table.rows, "row")} altogether: fill it, or set forecast.missing to previous, linear or skip`,
      );
    } else columns.set(name, how === "previous" ? previous(column) : linear(column));
  }
  return { ...table, columns };
}

/** The last number before; in front of the first one, that one. */
function previous(column: Float64Array): Float64Array {
  let last = column.find((value) => !Number.isNaN(value)) ?? 0;
  return column.map((value) => (last = Number.isNaN(value) ? last : value));
}

/** On the line between the neighbours; at the ends the nearest number. */
function linear(column: Float64Array): Float64Array {
  const filled = previous(column);
  const known = Array.from(column.keys()).filter((i) => !Number.isNaN(column[i]!));
  for (let k = 1; k < known.length; k++) {
    const [from, to] = [known[k - 1]!, known[k]!];
    for (let i = from + 1; i < to; i++) filled[i] = column[from]! + ((column[to]! - column[from]!) * (i - from)) / (to - from);
  }
  return filled;
}
