import type { Value } from "../ir.ts";
import { hash } from "../hash.ts";
import { less, mod, where } from "../ops/elementwise.ts";
import { gather, range } from "../ops/index-ops.ts";
import { split } from "../ops/movement.ts";
import { ShapeError } from "../shape.ts";

/** Of the hash that decides. */
const BITS = 24;
const RANGE = 2 ** BITS;

/** Walker's tables: column k stands for k where a number below 2^24 is less than `bound[k]`, else for `alias[k]`. */
export interface AliasTable {
  readonly bound: Int32Array;
  readonly alias: Int32Array;
}

/**
 * Tables to draw from any distribution with integers alone, so that all runtimes draw the same (Walker 1977; Vose 1991). A column is a number
 * below 2^24 modulo their count; the first ones are therefore a little more likely, which the tables take into account.
 * @param probabilities they sum to 1; at most 2^24
 */
export function aliasTable(probabilities: ArrayLike<number>): AliasTable {
  const size = probabilities.length;
  if (size < 1 || size > RANGE) throw new ShapeError(`a distribution over ${size} numbers cannot be drawn from`);
  const mass = Float64Array.from({ length: size }, (_, k) => (Math.floor(RANGE / size) + (k < RANGE % size ? 1 : 0)) / RANGE);
  const left = Float64Array.from(probabilities);
  const bound = new Int32Array(size).fill(RANGE);
  const alias = Int32Array.from(left.keys());
  const columns = [...left.keys()];
  const small = columns.filter((k) => left[k] < mass[k]);
  const large = columns.filter((k) => left[k] >= mass[k]);
  while (small.length > 0 && large.length > 0) {
    const [poor, rich] = [small.pop()!, large.at(-1)!];
    bound[poor] = Math.round((left[poor] / mass[poor]) * RANGE);
    alias[poor] = rich;
    left[rich] -= mass[poor] - left[poor];
    if (left[rich] < mass[rich]) small.push(large.pop()!);
  }
  return { bound, alias };
}

/** `count` draws, with replacement: int32 [count], a function of the seed [] alone. */
export function drawn({ bound, alias }: AliasTable, seed: Value, count: number): Value {
  const { graph } = seed;
  const size = bound.length;
  const [choices, chances] = split(hash(seed, range(graph, 2 * count), BITS), [count, count], 0);
  const columns = mod(choices, size);
  const table = (numbers: Int32Array): Value => gather(graph.constant("int32", [size], numbers), columns);
  return where(less(chances, table(bound)), columns, table(alias));
}
