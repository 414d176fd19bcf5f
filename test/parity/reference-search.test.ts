import { traceInference } from "@s2s/graph-builder";
import { Reference, searchReference, type Weights } from "@s2s/parity";
import { describe, expect, it } from "vitest";
import { modelOf, weightsOf } from "../support/seq2seq.ts";

const MAX = 3;
const model = modelOf({}, {}, { target: 7 });
const weights: Weights = new Map(
  Object.entries(weightsOf(traceInference(model).parameters, "float64")).map(([name, { shape, data }]) => [
    name,
    { shape, data: data as Float64Array },
  ]),
);
const reference = new Reference(model, weights);
const sources = [[4, 9, 3], [10, 7, 6, 5, 3], [3]];

/** Every target of at most `MAX` tokens with its log-probability, from the loss and not from a search. */
function everyTarget(source: readonly number[]) {
  const symbols = [1, 4, 5, 6];
  let open: number[][] = [[]];
  const found: { ids: number[]; score: number; length: number }[] = [];
  for (let length = 1; length <= MAX; length += 1) {
    for (const ids of open) found.push({ ids, score: -reference.loss([{ source, target: [...ids, 3] }]), length });
    open = open.flatMap((ids) => symbols.map((id) => ids.concat(id)));
  }
  for (const ids of open) found.push({ ids, score: -reference.loss([{ source, target: ids }]), length: MAX });
  return found;
}

describe("the reference's search", () => {
  it.each([0, 0.6, 2])("finds the best of all targets where the beam holds them all, length penalty %s", (lengthPenalty) => {
    for (const source of sources) {
      const rank = ({ score, length }: { score: number; length: number }) => score / ((5 + length) / 6) ** lengthPenalty;
      const all = everyTarget(source).toSorted((a, b) => rank(b) - rank(a));
      const { hypotheses } = searchReference(reference, source, { beams: all.length, lengthPenalty, maxLength: MAX });
      expect(hypotheses.map(({ ids }) => ids)).toEqual(all.map(({ ids }) => ids));
      for (const [i, { score }] of hypotheses.entries()) expect(score).toBeCloseTo(all[i]!.score, 10);
    }
  });

  it("takes the most probable token at each step without beams", () => {
    for (const source of sources) {
      const { ids } = searchReference(reference, source, { beams: 1, lengthPenalty: 1, maxLength: MAX }).hypotheses[0]!;
      const rows = reference.logits(source, [2, ...ids]);
      for (const [t, row] of rows.slice(0, Math.min(MAX, ids.length + 1)).entries()) {
        const allowed = [...row].map((logit, id) => (id === 0 || id === 2 ? -Infinity : logit));
        expect(allowed.indexOf(Math.max(...allowed))).toBe(ids[t] ?? 3);
      }
    }
  });

  it("tells how close its closest decision was", () => {
    // Two tokens that differ by 1e-7 in their logits: whatever follows is decided by less than that.
    const near = new Map(weights);
    const { data } = weights.get("decoder.readout.w")!;
    const bias = Float64Array.from(weights.get("decoder.readout.b")!.data, (value, id) => (id === 4 ? 1e3 : id === 5 ? 1e3 + 1e-7 : value));
    near.set("decoder.readout.w", { shape: [5, 7], data: Float64Array.from(data, (value, i) => (i % 7 === 5 ? data[i - 1]! : value)) });
    near.set("decoder.readout.b", { shape: [7], data: bias });
    for (const beams of [1, 3]) {
      const spec = { beams, lengthPenalty: 1, maxLength: MAX };
      expect(searchReference(new Reference(model, near), sources[0]!, spec).margin).toBeLessThan(1.1e-7);
      expect(searchReference(reference, sources[0]!, spec).margin).toBeGreaterThan(1e-6);
    }
  });
});
