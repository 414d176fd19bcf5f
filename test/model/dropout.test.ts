import { Graph, Scope, type ScopeOptions, type Value, dropout, embeddingDropout, wordDropout } from "@s2s/graph-builder";
import { describe, expect, it } from "vitest";
import { type Tensor, runGraph } from "../support/run-graph.ts";

const int32 = (shape: number[], data: ArrayLike<number>): Tensor => ({ type: "int32", shape, data: Int32Array.from(data) });

/** What a layer makes of x, with the masks of a seed. */
async function run(
  x: Tensor,
  seed: number,
  options: (seed: Value) => Partial<ScopeOptions>,
  layer: (scope: Scope, x: Value) => Value,
): Promise<number[]> {
  const graph = new Graph("dropout");
  const scope = new Scope(graph, { type: "float32", parameters: "inputs", ...options(graph.input("seed", "int32", [])) });
  graph.output("y", layer(scope.in("place"), graph.input("x", x.type, ["B", "T"])));
  return Array.from((await runGraph(graph, { x, seed: int32([], [seed]) })).y, Number);
}

const ones: Tensor = { type: "float32", shape: [100, 200], data: new Float32Array(20_000).fill(1) };
const zeros = (numbers: readonly number[]): number => numbers.filter((n) => n === 0).length / numbers.length;

describe("embedding dropout", () => {
  it("has its own rate", async () => {
    const y = await run(ones, 5, (seed) => ({ dropout: { rate: 0.5, seed }, embeddingDropout: { rate: 0.2, seed } }), embeddingDropout);
    expect(zeros(y)).toBeCloseTo(0.2, 2);
    expect(y.reduce((a, b) => a + b) / y.length).toBeCloseTo(1, 2);
  });

  it("has that of the other activations where none is given, and can be switched off alone", async () => {
    const same = (seed: Value) => ({ dropout: { rate: 0.5, seed } });
    expect(await run(ones, 5, same, embeddingDropout)).toEqual(await run(ones, 5, same, dropout));
    expect(zeros(await run(ones, 5, (seed) => ({ ...same(seed), embeddingDropout: { rate: 0, seed } }), embeddingDropout))).toBe(0);
  });
});

/** Murmur3's finaliser as Appleby 2011 has it, of an index and a seed. */
function murmur(index: number, seed: number): number {
  let h = (Math.imul(index, 0x9e3779b1) + seed) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

describe("word dropout", () => {
  const ids = int32(
    [50, 40],
    Array.from({ length: 2000 }, (_, i) => i % 7),
  );
  const at = (rate: number) => (seed: Value) => ({ wordDropout: { rate, seed } });

  it("turns words into <unk> and leaves special ids alone", async () => {
    const found = await run(ids, 3, at(0.3), wordDropout);
    let [words, dropped] = [0, 0];
    for (const [i, id] of found.entries()) {
      const before = Number(ids.data[i]);
      if (before < 4) expect(id).toBe(before);
      else {
        words++;
        if (id === 1) dropped++;
        else expect(id).toBe(before);
      }
    }
    expect(dropped / words).toBeCloseTo(0.3, 1);
  });

  it("is a function of the seed, and nothing where the rate is 0 or the graph does not train", async () => {
    const all = await Promise.all([3, 3, 4].map((seed) => run(ids, seed, at(0.3), wordDropout)));
    expect(all[1]).toEqual(all[0]);
    expect(all[2]).not.toEqual(all[0]);
    expect(await run(ids, 3, at(0), wordDropout)).toEqual(Array.from(ids.data, Number));
    expect(await run(ids, 3, () => ({}), wordDropout)).toEqual(Array.from(ids.data, Number));
  });
});

describe("the masks", () => {
  it("are Murmur3's numbers of seed, place and position, in every runtime", async () => {
    let key = 0x811c9dc5;
    for (const character of "place.") key = Math.imul(key ^ character.codePointAt(0)!, 0x01000193);
    const y = await run(ones, 11, (seed) => ({ dropout: { rate: 0.25, seed } }), dropout);
    // The graph leaves out the finaliser's last step, which changes the lower half alone: a rate of 1/4 is decided by the upper two bits.
    for (const [i, n] of y.entries()) expect(n === 0).toBe(murmur(i, (11 + key) | 0) >>> 8 < 0.25 * 2 ** 24);
  });
});
