import { emitOne, gather, gatherElements, scatterElements, scatterRows, squeeze, topK, unsqueeze } from "@s2s/graph-builder";
import type { Tensor } from "../../support/run-graph.ts";
import type { OperatorCases } from "./case.ts";

const int32 = (shape: number[], ...data: number[]): Tensor => ({ type: "int32", shape, data: Int32Array.from(data) });
const int64 = (shape: number[], ...data: number[]): Tensor => ({ type: "int64", shape, data: BigInt64Array.from(data.map(BigInt)) });

export const indexCases = {
  TopK: {
    "of the last axis": { shapes: [[3, 5]], build: ([x]) => topK(x, 2).values },
    "of an inner axis, all of it": { shapes: [[2, 4, 3]], build: ([x]) => topK(x, 4, 1).values },
  },
  Gather: {
    "rows, repeated": {
      shapes: [[5, 3]],
      others: { ids: int32([4], 1, 4, 1, 1) },
      build: ([x], { ids }) => gather(x, ids),
    },
    "rows by a matrix of ids, int64, counted from the end": {
      shapes: [[5, 3]],
      others: { ids: int64([2, 4], 0, -1, 2, 4, -5, 2, 2, 1) },
      build: ([x], { ids }) => gather(x, ids),
    },
    "an inner axis": {
      shapes: [[2, 5, 3]],
      others: { ids: int32([4], 3, 0, 3, 2) },
      build: ([x], { ids }) => gather(x, ids, 1),
    },
    "an inner axis by a matrix of ids": {
      shapes: [[2, 5, 3, 4]],
      others: { ids: int32([6, 1], 3, 0, 3, 2, 4, 3) },
      build: ([x], { ids }) => gather(x, ids, 1),
    },
    "the last axis, negative": {
      shapes: [[2, 3, 5]],
      others: { ids: int32([2, 2], 3, 0, 3, 2) },
      build: ([x], { ids }) => gather(x, ids, -1),
    },
    "by one id": {
      shapes: [[2, 5, 3]],
      others: { ids: int32([], 3) },
      build: ([x], { ids }) => [gather(x, ids, 1), gather(x, ids, 0 + 1)],
    },
    "one row": { shapes: [[5, 3]], others: { ids: int64([], 2) }, build: ([x], { ids }) => gather(x, ids) },
    "symbolic ids": {
      shapes: [[7, 3]],
      others: { ids: { ...int32([4, 2], 1, 6, 1, 1, 0, 3, 6, 2), declared: ["T", "B"] } },
      build: ([x], { ids }) => gather(x, ids),
    },
    "of a symbolic axis": {
      shapes: [[2, 5, 3]],
      declared: [["B", "T", 3]],
      others: { ids: int32([4], 1, 4, 1, 1) },
      build: ([x], { ids }) => gather(x, ids, 1),
    },
  },
  GatherElements: {
    "the last axis, repeated": {
      shapes: [[2, 4]],
      others: { ids: int32([2, 3], 1, 1, 3, 0, 2, 0) },
      build: ([x], { ids }) => gatherElements(x, ids, -1),
    },
    "an inner axis": {
      shapes: [[2, 4, 3]],
      others: { ids: int64([2, 1, 3], 1, 3, 3, 0, 2, 0) },
      build: ([x], { ids }) => gatherElements(x, ids, 1),
    },
    "the first axis, more than there are": {
      shapes: [[2, 3]],
      others: { ids: int32([5, 3], 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1) },
      build: ([x], { ids }) => gatherElements(x, ids, 0),
    },
    "symbolic rows": {
      shapes: [[5, 4]],
      declared: [["N", 4]],
      others: { ids: { ...int32([5], 1, 3, 0, 0, 2), declared: ["N"] } },
      build: ([x], { ids }) => squeeze(gatherElements(x, unsqueeze(ids, -1), -1), -1),
    },
  },
  ScatterElements: {
    "the last axis, duplicates": {
      shapes: [
        [2, 4],
        [2, 3],
      ],
      others: { ids: int32([2, 3], 1, 1, 3, 0, 0, 0) },
      build: ([x, u], { ids }) => scatterElements(x, ids, u, -1),
    },
    "an inner axis, counted from the end": {
      shapes: [
        [2, 4, 3],
        [2, 2, 3],
      ],
      others: { ids: int64([2, 2, 3], 1, -1, 2, 3, -4, 2, 0, 0, 1, 0, 2, -3) },
      build: ([x, u], { ids }) => scatterElements(x, ids, u, 1),
    },
    "the first axis": {
      shapes: [
        [4, 3],
        [2, 3],
      ],
      others: { ids: int32([2, 3], 1, 3, 3, 1, 0, 2) },
      build: ([x, u], { ids }) => scatterElements(x, ids, u, 0),
    },
    "symbolic rows": {
      shapes: [
        [5, 4],
        [5, 1],
      ],
      declared: [
        ["N", 4],
        ["N", 1],
      ],
      others: { ids: { ...int32([5, 1], 1, 3, 0, 0, 2), declared: ["N", 1] } },
      build: ([x, u], { ids }) => scatterElements(x, ids, u, -1),
    },
    "rows into zeros on several threads, symbolic ids": {
      shapes: [[4, 2, 3]],
      declared: [["T", "B", 3]],
      others: { ids: { ...int32([4, 2], 1, 6, 1, 1, 0, 3, 6, 2), declared: ["T", "B"] } },
      build: ([u], { ids }) => scatterRows(7, ids, u),
    },
  },
  ScatterND: {
    "rows into zeros, duplicates": {
      shapes: [[2, 3, 4]],
      others: { ids: int32([2, 3], 1, 5, 1, 0, 1, 5) },
      singleThreaded: true,
      build: ([u], { ids }) => scatterRows(6, ids, u),
    },
    "rows into rows, duplicates": {
      shapes: [
        [6, 4],
        [3, 4],
      ],
      others: { ids: int64([3], 1, 5, 1) },
      build: ([x, u], { ids }) => emitOne("ScatterND", [x, unsqueeze(ids, -1), u], { reduction: "add" }, x.type, x.shape),
    },
    "numbers into a vector": {
      shapes: [[4]],
      others: { ids: int32([4], 1, 5, 1, 0) },
      singleThreaded: true,
      build: ([u], { ids }) => scatterRows(6, ids, u),
    },
    "symbolic ids": {
      shapes: [[4, 2, 3]],
      declared: [["T", "B", 3]],
      others: { ids: { ...int32([4, 2], 1, 6, 1, 1, 0, 3, 6, 2), declared: ["T", "B"] } },
      singleThreaded: true,
      build: ([u], { ids }) => scatterRows(7, ids, u),
    },
  },
} satisfies OperatorCases;
