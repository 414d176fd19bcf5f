import { Graph } from "@s2s/graph-builder";
import { array, assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { runGraph } from "../../../test/support/run-graph.ts";
import { aliasTable, drawn } from "../src/losses/alias.ts";

const RANGE = 2 ** 24;

/** How likely each number is, counted from the tables' definition. */
function meant(probabilities: readonly number[]): number[] {
  const size = probabilities.length;
  const { bound, alias } = aliasTable(probabilities);
  const found = probabilities.map(() => 0);
  for (let k = 0; k < size; k++) {
    let columns = 0;
    for (let x = k; x < RANGE; x += size) columns++;
    found[k] += (columns / RANGE) * (bound[k] / RANGE);
    found[alias[k]] += (columns / RANGE) * (1 - bound[k] / RANGE);
  }
  return found;
}

describe("Walker's tables", () => {
  it("mean the distribution that they were made from", () => {
    assert(
      property(array(integer({ min: 0, max: 1000 }), { minLength: 60, maxLength: 90 }), (weights) => {
        const total = weights.reduce((a, b) => a + b, 1);
        const probabilities = weights.with(0, weights[0] + 1).map((weight) => weight / total);
        for (const [k, p] of meant(probabilities).entries()) expect(Math.abs(p - probabilities[k])).toBeLessThan(1e-6);
      }),
      { numRuns: 5 },
    );
  });

  it("refuse what they cannot hold", () => {
    expect(() => aliasTable([])).toThrow("a distribution over 0 numbers");
  });

  it("are drawn from as often as they say, by the seed alone", async () => {
    const probabilities = [0.5, 0.05, 0.2, 0, 0.25];
    const draw = async (seed: number): Promise<number[]> => {
      const graph = new Graph("draw");
      graph.output("ids", drawn(aliasTable(probabilities), graph.input("seed", "int32", []), 20_000));
      return Array.from((await runGraph(graph, { seed: { type: "int32", shape: [], data: Int32Array.of(seed) } })).ids, Number);
    };
    const [ids, again, others] = [await draw(7), await draw(7), await draw(8)];
    expect(again).toEqual(ids);
    expect(others).not.toEqual(ids);
    for (const [k, p] of probabilities.entries()) {
      const share = ids.filter((id) => id === k).length / ids.length;
      // Four standard deviations.
      expect(Math.abs(share - p)).toBeLessThanOrEqual(4 * Math.sqrt((p * (1 - p)) / ids.length));
    }
  });
});
