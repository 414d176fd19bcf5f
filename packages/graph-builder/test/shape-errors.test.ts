import { describe, expect, it } from "vitest";
import {
  Graph,
  ShapeError,
  type Value,
  add,
  averagePool,
  clip,
  concat,
  conv,
  convTranspose,
  emit,
  equal,
  expand,
  gather,
  gatherElements,
  gemm,
  gradients,
  layerNormalization,
  matmul,
  maxPool,
  pad,
  range,
  reduceSum,
  reshape,
  scan,
  scatterElements,
  scatterRows,
  slice,
  softmax,
  split,
  squeeze,
  sumOf,
  tanh,
  transpose,
  unsqueeze,
  where,
} from "../src/index.ts";

const graph = new Graph("g");
const x = graph.input("x", "float32", ["B", 3]);
const w = graph.input("w", "float32", [4, 5]);
const v = graph.input("v", "float64", [4, 5]);
const ids = graph.input("ids", "int32", ["B"]);
const mask = graph.input("mask", "bool", ["B", 1]);
const image = graph.input("image", "float32", [2, 3, 8, 9]);
const kernel = graph.input("kernel", "float32", [5, 3, 2, 2]);
const wave = graph.input("wave", "float32", [2, 3, "T"]);
const other = new Graph("other").input("stranger", "float32", ["B", 3]);

const step = (states: Value[], outputs: Value[] = []) => ({ states, outputs });

/** What is wrong, in the operands' own names and shapes. */
const errors: readonly (readonly [wrong: () => unknown, text: string])[] = [
  [() => add(x, w), "Add(x[B, 3], w[4, 5]): the shapes do not broadcast"],
  [() => add(w, v), "Add(w[4, 5], v[4, 5]): element types differ: float32 and float64"],
  [() => add(1, 2), "Add(1, 2): one operand must be a value"],
  [() => add(x, other), "Add: stranger belongs to another graph, other"],
  [() => equal(x, ids), "Equal(x[B, 3], ids[B]): element types differ: float32 and int32"],
  [() => where(x, x, 0), "Where(x[B, 3]): the condition is float32, not bool"],
  [() => where(mask, w, 0), "Where(mask[B, 1], w[4, 5], constant[]): the shapes do not broadcast"],
  [() => clip(x, 1, 0), "Clip(x[B, 3]): low 1 is above high 0"],
  [() => sumOf([x, w, x]), "Sum(x[B, 3], w[4, 5], x[B, 3]): the operands must be floats of one shape"],
  [() => matmul(x, w), "MatMul(x[B, 3], w[4, 5]): inner dimensions differ: 3 and 4"],
  [() => matmul(w, v), "MatMul(w[4, 5], v[4, 5]): element types differ: float32 and float64"],
  [() => matmul(ids, w), "MatMul(ids[B], w[4, 5]): element types differ: int32 and float32"],
  [() => matmul(image, kernel), "MatMul(image[2, 3, 8, 9], kernel[5, 3, 2, 2]): inner dimensions differ: 9 and 2"],
  [() => gemm(x, w, null, { transB: true }), "Gemm(x[B, 3], w[4, 5], transB): inner dimensions differ: 3 and 5"],
  [() => gemm(w, w, x, { transB: true }), "Gemm(w[4, 5], w[4, 5], x[B, 3], transB): the third operand does not broadcast to [4, 4]"],
  [() => gemm(image, w), "Gemm(image[2, 3, 8, 9], w[4, 5]): operands must be matrices"],
  [() => reshape(x, [2, 3]), "Reshape(x[B, 3]): [2, 3] has 6 elements, not 3*B"],
  [() => squeeze(x, 1), "Squeeze(x[B, 3]): axis 1 has size 3, not 1"],
  [() => unsqueeze(x, 4), "Unsqueeze(x[B, 3]): axis 4 is outside rank 3"],
  [() => transpose(x, [0, 0]), "Transpose(x[B, 3]): [0,0] is no permutation of 2 axes"],
  [() => expand(x, ["B", 4]), "Expand(x[B, 3]): does not broadcast to [B, 4]"],
  [() => expand(graph.constant("float32", [1], [1]), ["Q"]), "the size Q is not known: no input of the graph has it"],
  [() => concat([x, w], 0), "Concat(x[B, 3], w[4, 5]): the operands differ outside axis 0"],
  [() => concat([], 0), "Concat(): no operand"],
  [() => split(w, [2, 3], 0), "Split(w[4, 5]): parts of 2 + 3 are not axis 0 of 4"],
  [() => slice(w, 1, 2, 6), "Slice(w[4, 5]): [2, 6) is outside axis 1 of 5"],
  [() => slice(x, 0, -3, 2), "Slice(x[B, 3]): the size of [-3, 2) must be named, axis 0 is B"],
  [() => pad(w, 2, 1, 1), "Pad(w[4, 5]): axis 2 is outside rank 2"],
  [() => gather(w, x), "Gather(w[4, 5], x[B, 3]): indices are float32, not integers"],
  [() => gather(w, ids, 2), "Gather(w[4, 5], ids[B]): axis 2 is outside rank 2"],
  [() => gatherElements(w, ids, 0), "GatherElements(w[4, 5], ids[B]): the shapes differ outside axis 0"],
  [() => scatterElements(x, ids, ids, 0), "ScatterElements(x[B, 3], ids[B], ids[B]): element types differ: float32 and int32"],
  [() => scatterRows(4, ids, w), "scatterRows(ids[B], w[4, 5]): there must be one row for each index"],
  [() => range(graph, "Q"), "the size Q is not known: no input of the graph has it"],
  [() => reduceSum(x, [2]), "ReduceSum(x[B, 3]): axis 2 is outside rank 2"],
  [() => softmax(x, -3), "Softmax(x[B, 3]): axis -3 is outside rank 2"],
  [() => layerNormalization(x, w, w), "LayerNormalization(x[B, 3], w[4, 5], w[4, 5]): scale and bias must be [3]"],
  [() => conv(wave, kernel), "Conv(wave[2, 3, T], kernel[5, 3, 2, 2]): kernel [2,2] must be 1 numbers for 1 spatial axes"],
  [
    () => conv(image, transpose(kernel, [1, 0, 2, 3])),
    "Conv(image[2, 3, 8, 9], transpose[3, 5, 2, 2]): 3 channels, but the kernel takes 5",
  ],
  [() => conv(image, kernel, ids), "Conv(image[2, 3, 8, 9], kernel[5, 3, 2, 2], ids[B]): element types differ"],
  [() => conv(image, kernel, null, { strides: 0 }), "Conv(image[2, 3, 8, 9], kernel[5, 3, 2, 2]): strides [0,0] must be integers from 1"],
  [
    () => conv(image, kernel, null, { pads: [1, 1] }),
    "Conv(image[2, 3, 8, 9], kernel[5, 3, 2, 2]): pads [1,1] must be 4 numbers for 2 spatial axes",
  ],
  [
    () => conv(image, kernel, null, { dilations: 9 }),
    "Conv(image[2, 3, 8, 9], kernel[5, 3, 2, 2]): a window of 10 does not fit spatial axis 0 of 8 and its pads",
  ],
  [
    () => convTranspose(image, transpose(kernel, [1, 0, 2, 3]), null, { outputPads: 1 }),
    "ConvTranspose(image[2, 3, 8, 9], transpose.1[3, 5, 2, 2]): output pads [1,1] must be below the strides [1,1]",
  ],
  [() => averagePool(x, 2), "AveragePool(x[B, 3]): operands are [batch, channels, ...], with one spatial axis at least"],
  [() => maxPool(wave, 2), "MaxPool(wave[2, 3, T]): spatial axis 0 of symbolic size T needs stride 1"],
  [() => maxPool(image, 2, { pads: 2 }), "MaxPool(image[2, 3, 8, 9]): pads [2,2,2,2] must be below the kernel [2,2]"],
  [() => emit("Add", [x], {}, [{ type: "float32", shape: ["B", 3] }]), "Add: takes 2..2 operands, given 1"],
  [() => gradients(x, [w]), "gradients: x[B, 3] is no float scalar"],
  [() => scan(step, [], []), "scan: a scan needs a sequence"],
  [() => scan((s) => step(s), [], [x, w], { name: "loop" }), "loop: w[4, 5] has not B elements on axis 0"],
  [() => scan((s, [e]) => step([...s, e]), [], [x], { name: "loop" }), "loop: the step returns 1 states for 0"],
  [() => scan((_, [e]) => step([tanh(e)]), [w], [x], { name: "loop" }), "loop: state 0 is tanh[3] after the step, w[4, 5] before it"],
  [() => graph.input("x", "float32", []), "input x: the graph has a value of this name already"],
];

describe("errors say what is wrong in the operands' own names and shapes", () => {
  for (const [wrong, text] of errors) {
    it(text, () => expect(wrong).toThrow(new ShapeError(text)));
  }
});
