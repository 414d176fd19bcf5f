import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { classificationFigures } from "../src/measures/classification.ts";
import { areSpanLabels, spanFigures, spansOf } from "../src/measures/spans.ts";
import { taggingFigures } from "../src/measures/tagging.ts";

const LABELS = ["cat", "dog", "fox", "owl"];

describe("classification", () => {
  it("gives what is worked out by hand", () => {
    //            cat cat cat dog dog fox fox fox
    const truth = [0, 0, 0, 1, 1, 2, 2, 2];
    const found = [0, 0, 1, 1, 2, 2, 2, 0];
    const figures = classificationFigures(truth, found, LABELS);
    expect(figures.confusion).toEqual([
      [2, 1, 0],
      [0, 1, 1],
      [1, 0, 2],
    ]);
    expect(figures).toMatchObject({ count: 8, accuracy: 5 / 8 });
    const [cat, dog, fox] = figures.classes;
    expect(cat).toEqual({ label: "cat", precision: 2 / 3, recall: 2 / 3, f1: 2 / 3, support: 3 });
    expect(dog).toEqual({ label: "dog", precision: 1 / 2, recall: 1 / 2, f1: 1 / 2, support: 2 });
    expect(fox).toEqual({ label: "fox", precision: 2 / 3, recall: 2 / 3, f1: 2 / 3, support: 3 });
    expect(figures.macroF1).toBeCloseTo((2 / 3 + 1 / 2 + 2 / 3) / 3, 12);
  });

  it("counts a class that is never right with 0 and leaves out one that nobody names", () => {
    const figures = classificationFigures([0, 0, 1], [0, 3, 0], LABELS);
    expect(figures.classes.map(({ label, precision, recall, f1, support }) => [label, precision, recall, f1, support])).toEqual([
      ["cat", 1 / 2, 1 / 2, 1 / 2, 2],
      ["dog", 0, 0, 0, 1],
      ["owl", 0, 0, 0, 0],
    ]);
    expect(figures.macroF1).toBeCloseTo(1 / 6, 12);
    expect(classificationFigures([], [], LABELS)).toEqual({ count: 0, accuracy: 0, macroF1: 0, classes: [], confusion: [] });
  });

  it("agrees with the definitions over single examples", () => {
    const label = fc.nat({ max: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(label, label), { minLength: 1 }), (pairs) => {
        const [truth, found] = [pairs.map(([t]) => t), pairs.map(([, p]) => p)];
        const { accuracy, classes, confusion } = classificationFigures(truth, found, LABELS);
        expect(accuracy).toBeCloseTo(pairs.filter(([t, p]) => t === p).length / pairs.length, 12);
        expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(pairs.length);
        for (const { label: name, f1 } of classes) {
          const k = LABELS.indexOf(name);
          const of = (is: (t: number, p: number) => boolean) => pairs.filter(([t, p]) => is(t, p)).length;
          const truePositives = of((t, p) => t === k && p === k);
          const falseOnes = of((t, p) => (t === k) !== (p === k));
          // The F1 of counts: 2 TP / (2 TP + FP + FN).
          expect(f1).toBeCloseTo((2 * truePositives) / (2 * truePositives + falseOnes), 12);
        }
      }),
    );
  });

  it("refuses predictions for something else", () => {
    expect(() => classificationFigures([0], [], LABELS)).toThrow("0 predictions for 1 labels");
    expect(() => classificationFigures([0], [4], LABELS)).toThrow("label 0 taken for 4: there are 4 classes");
  });
});

describe("spans", () => {
  it.each([
    // IOB2, as most data has it.
    ["B-X I-X O B-Y", "0-2 X, 3-4 Y"],
    ["B-X B-X I-X", "0-1 X, 1-3 X"],
    // IOB1: a B only where spans touch.
    ["I-X I-X O I-Y I-X B-X", "0-2 X, 3-4 Y, 4-5 X, 5-6 X"],
    ["O I-X", "1-2 X"],
    ["B-X I-Y I-Y", "0-1 X, 1-3 Y"],
    // IOBES and its other spelling.
    ["S-X B-X E-X I-X", "0-1 X, 1-3 X, 3-4 X"],
    ["B-X I-X L-X S-Y S-Y", "0-3 X, 3-4 Y, 4-5 Y"],
    ["E-X E-X", "0-1 X, 1-2 X"],
    ["B-X-Y I-X-Y I-X", "0-2 X-Y, 2-3 X"],
    ["B I O", "0-2 "],
    ["O O", ""],
    ["", ""],
  ])("%s means %s", (labels, expected) => {
    const spans = spansOf(labels === "" ? [] : labels.split(" "));
    expect(spans.map(({ kind, begin, end }) => `${begin}-${end} ${kind}`).join(", ")).toBe(expected);
  });

  it("come back from the labels that they were written as", () => {
    const part = fc.record({ gap: fc.nat({ max: 2 }), length: fc.integer({ min: 1, max: 3 }), kind: fc.constantFrom("X", "Y") });
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const labels: string[] = [];
        const spans = parts.map(({ gap, length, kind }) => {
          labels.push(...Array<string>(gap).fill("O"));
          const begin = labels.length;
          labels.push(`B-${kind}`, ...Array<string>(length - 1).fill(`I-${kind}`));
          return { kind, begin, end: labels.length };
        });
        expect(spansOf(labels)).toEqual(spans);
      }),
    );
  });

  it("are right where kind and both ends are, as seqeval's example counts", () => {
    const truth = [
      ["O", "O", "O", "B-MISC", "I-MISC", "I-MISC", "O"],
      ["B-PER", "I-PER", "O"],
    ];
    const found = [
      ["O", "O", "B-MISC", "I-MISC", "I-MISC", "I-MISC", "O"],
      ["B-PER", "I-PER", "O"],
    ];
    expect(spanFigures(truth, found)).toEqual({
      precision: 1 / 2,
      recall: 1 / 2,
      f1: 1 / 2,
      support: 2,
      macroF1: 1 / 2,
      kinds: [
        { label: "MISC", precision: 0, recall: 0, f1: 0, support: 1 },
        { label: "PER", precision: 1, recall: 1, f1: 1, support: 1 },
      ],
    });
    expect(spanFigures([["O"]], [["O"]])).toMatchObject({ f1: 0, support: 0, kinds: [] });
  });

  it("are meant by labels with prefixes alone", () => {
    expect(areSpanLabels(["O", "B-X", "I-X"])).toBe(true);
    expect(areSpanLabels(["NOUN", "O"])).toBe(false);
    expect(areSpanLabels(["O"])).toBe(false);
  });
});

test("tagging counts tokens, sequences, and spans where labels mean them", () => {
  const labels = ["O", "B-X", "I-X"];
  const truth = [[1, 2, 0], [0, 0, 1], [0]];
  const found = [[1, 2, 0], [0, 1, 1], [0]];
  const figures = taggingFigures(truth, found, labels);
  expect(figures).toMatchObject({ sequences: 3, sequenceAccuracy: 2 / 3, tokens: { count: 7, accuracy: 6 / 7 } });
  // Three of the four O were found, and nothing else was taken for one.
  expect(figures.tokens.classes[0]).toMatchObject({ label: "O", precision: 1, recall: 3 / 4 });
  expect(figures.spans).toMatchObject({ precision: 2 / 3, recall: 1, support: 2 });
  expect(taggingFigures(truth, found, ["DET", "NOUN", "VERB"]).spans).toBeUndefined();
});
