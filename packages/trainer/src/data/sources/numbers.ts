import { UserError } from "@s2s/runtime";

/** Nested lists of numbers as one row-major array. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Reads lists of lists of numbers of a given depth, all of one shape.
 * @throws UserError naming `where` for missing numbers, ragged lists and other depths
 */
export function readNumbers(value: unknown, rank: number, where: string): Numbers {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); [level] = level as unknown[]) shape.push(level.length);
  if (shape.length !== rank || shape.includes(0)) {
    const form = `${"[".repeat(rank)}numbers${"]".repeat(rank)}`;
    throw new UserError(`${where}: "source" must be ${form}, not empty: ${rank} level${rank === 1 ? "" : "s"} of lists`);
  }
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  let at = 0;
  const take = (part: unknown, depth: number): void => {
    if (depth === rank) {
      if (typeof part !== "number" || !Number.isFinite(part)) throw new UserError(`${where}: ${place(at, shape)} of "source" is no number`);
      if (!Number.isFinite(Math.fround(part)))
        throw new UserError(`${where}: ${place(at, shape)} of "source" is ${part}, more than a float32 holds: scale the numbers`);
      data[at++] = part;
      return;
    }
    if (!Array.isArray(part) || part.length !== shape[depth]) {
      const found = Array.isArray(part) ? `a list of ${part.length}` : "no list";
      throw new UserError(`${where}: ${place(at, shape)} of "source" is ${found}, but others beside it have ${shape[depth]}`);
    }
    for (const each of part) take(each, depth + 1);
  };
  take(value, 0);
  return { shape, data };
}

/** Where the number with this index stands, counted from 1: "number 3, 1". */
function place(index: number, shape: readonly number[]): string {
  const parts: number[] = [];
  let rest = index;
  for (const size of shape.toReversed()) {
    parts.unshift((rest % size) + 1);
    rest = Math.floor(rest / size);
  }
  return `number ${parts.join(", ")}`;
}
