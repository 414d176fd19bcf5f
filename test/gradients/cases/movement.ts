import { type Value, concat, expand, pad, reshape, slice, split, squeeze, transpose, unsqueeze } from "@s2s/graph-builder";
import type { GradientCheck } from "../../support/check-gradient.ts";
import type { OperatorCases } from "./case.ts";

const of = (shape: number[], build: (x: Value) => Value | Value[], declared?: GradientCheck["declared"]): GradientCheck => ({
  shapes: [shape],
  declared,
  build: ([x]) => build(x),
});

export const movementCases = {
  Concat: {
    "first axis": {
      shapes: [
        [2, 3],
        [4, 3],
        [1, 3],
      ],
      build: (parts) => concat(parts, 0),
    },
    "last axis, negative": {
      shapes: [
        [2, 3, 4],
        [2, 3, 5],
      ],
      build: (parts) => concat(parts, -1),
    },
    "an inner axis": {
      shapes: [
        [2, 3, 4],
        [2, 5, 4],
        [2, 1, 4],
      ],
      build: (parts) => concat(parts, 1),
    },
    "one value twice": { shapes: [[2, 3]], build: ([x]) => concat([x, x], 1) },
    "the symbolic axis first": {
      shapes: [
        [5, 2],
        [1, 2],
        [3, 2],
      ],
      declared: [
        ["T", 2],
        [1, 2],
        [3, 2],
      ],
      build: (parts) => concat(parts, 0),
    },
    "the symbolic axis in the middle": {
      shapes: [
        [3, 2],
        [5, 2],
        [1, 2],
        [4, 2],
      ],
      declared: [
        [3, 2],
        ["T", 2],
        [1, 2],
        [4, 2],
      ],
      build: (parts) => concat(parts, 0),
    },
    "the symbolic axis last": {
      shapes: [
        [3, 2],
        [1, 2],
        [5, 2],
      ],
      declared: [
        [3, 2],
        [1, 2],
        ["T", 2],
      ],
      build: (parts) => concat(parts, 0),
    },
    "two symbolic sizes": {
      shapes: [
        [2, 5],
        [1, 5],
        [3, 5],
        [4, 5],
      ],
      declared: [
        ["S", 5],
        [1, 5],
        ["T", 5],
        [4, 5],
      ],
      build: (parts) => concat(parts, 0),
    },
    "an axis beside a symbolic one": {
      shapes: [
        [5, 2],
        [5, 3],
      ],
      declared: [
        ["T", 2],
        ["T", 3],
      ],
      build: (parts) => concat(parts, -1),
    },
  },
  Expand: {
    "an axis of size 1": of([2, 1, 4], (x) => expand(x, [2, 3, 4])),
    "new axes": of([3, 1], (x) => expand(x, [5, 2, 3, 4])),
    "a number": of([], (x) => expand(x, [2, 3])),
    "to a symbolic size": {
      shapes: [
        [1, 3],
        [5, 2],
      ],
      declared: [
        [1, 3],
        ["T", "B"],
      ],
      build: ([x, y]) => [expand(x, ["T", 3]), y],
    },
  },
  Pad: {
    "first axis": of([2, 3], (x) => pad(x, 0, 1, 2)),
    "last axis, negative, a number": of([2, 3, 4], (x) => pad(x, -1, 2, 0, 0.5)),
    "an inner axis, behind alone": of([2, 3, 4], (x) => pad(x, 1, 0, 3)),
    "a symbolic axis": of([5, 2], (x) => pad(x, 0, 1, 2), [["T", 2]]),
    "a symbolic axis, in front alone": of([5, 2], (x) => pad(x, 0, 1, 0), [["T", 2]]),
    "an axis beside a symbolic one": of([5, 2], (x) => pad(x, 1, 1, 3), [["T", 2]]),
  },
  Reshape: {
    "axes merged": of([2, 3, 4], (x) => reshape(x, [6, 4])),
    "axes parted": of([6, 4], (x) => reshape(x, [2, 3, 2, 2])),
    "to a number": of([1, 1], (x) => reshape(x, [])),
    "symbols merged": of([5, 2, 3], (x) => reshape(x, ["B*T", 3]), [["T", "B", 3]]),
    "symbols and a number merged": of([5, 2, 3], (x) => reshape(x, ["3*B*T"]), [["T", "B", 3]]),
    "symbols merged and parted": of([5, 2, 3], (x) => reshape(reshape(x, ["B*T", 3]), ["B", "T", 3]), [["T", "B", 3]]),
    "a number parted beside symbols": of([5, 2, 6], (x) => reshape(x, ["T", "B", 2, 3]), [["T", "B", 6]]),
  },
  Slice: {
    "first axis, from its start": of([5, 2], (x) => slice(x, 0, 0, 3)),
    "last axis, to its end": of([2, 5], (x) => slice(x, -1, 2)),
    "an inner axis, inside": of([2, 6, 3], (x) => slice(x, 1, 2, 5)),
    "counted from the end": of([2, 6], (x) => slice(x, 1, -4, -1)),
    "parts that overlap": of([6, 2], (x) => [slice(x, 0, 0, 4), slice(x, 0, 2, 6)]),
    "a symbolic axis, all but the last": of([5, 2], (x) => slice(x, 0, 0, -1), [["T", 2]]),
    "a symbolic axis, all but the first two": of([5, 2], (x) => slice(x, 0, 2, null), [["T", 2]]),
    "a symbolic axis, its first three": of([5, 2], (x) => slice(x, 0, 0, 3), [["T", 2]]),
    "a symbolic axis, its last two": of([5, 2], (x) => slice(x, 0, -2, null), [["T", 2]]),
    "a symbolic axis, its last but one": of([5, 2], (x) => slice(x, 0, -2, -1), [["T", 2]]),
    "an axis beside a symbolic one": of([5, 4], (x) => slice(x, 1, 1, 3), [["T", 4]]),
  },
  Split: {
    "first axis": of([6, 2], (x) => split(x, [1, 2, 3], 0)),
    "last axis, negative": of([2, 3, 6], (x) => split(x, [4, 2], -1)),
    "an inner axis": of([2, 6, 3], (x) => split(x, [2, 3, 1], 1)),
    "a part that nothing reads": of([6, 2], (x) => split(x, [1, 2, 3], 0)[1]),
    "beside symbolic axes": of([5, 2, 6], (x) => split(x, [2, 4], -1)[0], [["T", "B", 6]]),
  },
  Squeeze: {
    "an inner axis": of([2, 1, 3], (x) => squeeze(x, 1)),
    "last axis, negative": of([2, 3, 1], (x) => squeeze(x, -1)),
    "beside symbolic axes": of([5, 1, 2], (x) => squeeze(x, 1), [["T", 1, "B"]]),
  },
  Transpose: {
    "two axes": of([2, 3], (x) => transpose(x)),
    "the last two of four": of([2, 3, 4, 5], (x) => transpose(x)),
    "a cycle of three, which is not its own inverse": of([2, 3, 4], (x) => transpose(x, [2, 0, 1])),
    "a cycle of four": of([2, 3, 4, 5], (x) => transpose(x, [1, 2, 3, 0])),
    "symbolic axes": of([5, 2, 3], (x) => transpose(x, [1, 2, 0]), [["T", "B", 3]]),
  },
  Unsqueeze: {
    "in front": of([2, 3], (x) => unsqueeze(x, 0)),
    inside: of([2, 3], (x) => unsqueeze(x, 1)),
    "behind, negative": of([2, 3], (x) => unsqueeze(x, -1)),
    "a number": of([], (x) => unsqueeze(x, 0)),
    "beside symbolic axes": of([5, 2], (x) => unsqueeze(x, 1), [["T", "B"]]),
  },
} satisfies OperatorCases;
