import { describe, expect, it } from "vitest";
import {
  Graph,
  add,
  emit,
  gather,
  gemm,
  gradients,
  matmul,
  mul,
  print,
  prune,
  reduceSum,
  relu,
  scan,
  slice,
  square,
  sub,
  tanh,
} from "../src/index.ts";

/** The printed graph, of what its outputs need. */
function printed(graph: Graph): string {
  prune(graph);
  return print(graph);
}

describe("print", () => {
  it("shows types, shapes, attributes, small constants, lacking operands", () => {
    const graph = new Graph("forms");
    const x = graph.input("x", "float32", ["B", 3]);
    const row = gather(x, graph.constant("int64", [2], [-1, 0]), 1);
    const [normal] = emit("LayerNormalization", [row, graph.constant("float32", [2], [1, 0.5]), null], { axis: -1, epsilon: 0.25 }, [
      { type: "float32", shape: ["B", 2] },
    ]);
    graph.output("y", mul(slice(normal, 1, 0, 1), graph.constant("float32", [9], [...Array(9).keys()])));
    graph.output("x again", x);
    expect(printed(graph)).toMatchInlineSnapshot(`
      "forms(x: float32[B, 3])
        gather: float32[B, 2] = Gather(x, [-1, 0], axis=1)
        layernormalization: float32[B, 2] = LayerNormalization(gather, [1, 0.5], -, axis=-1, epsilon=0.25)
        slice: float32[B, 1] = Slice(layernormalization, [0], [1], [1])
        mul: float32[B, 9] = Mul(slice, constant.4)
        -> y=mul, x again=x
      "
    `);
  });

  it("shows a loop's body, indented", () => {
    const graph = new Graph("cumulative");
    const xs = graph.input("xs", "float32", ["T", 4]);
    const w = graph.input("w", "float32", [4]);
    const sums = scan(
      ([sum], [x]) => {
        const next = add(sum, mul(x, w));
        return { states: [next], outputs: [next] };
      },
      [graph.input("zero", "float32", [4])],
      [xs],
      { reverse: true, name: "sums" },
    );
    graph.output("sums", sums.outputs[0]);
    expect(printed(graph)).toMatchInlineSnapshot(`
      "cumulative(xs: float32[T, 4], w: float32[4], zero: float32[4])
        mul.1: float32[T, 4] = Mul(xs, w)
        scan: float32[4], scan.1: float32[T, 4] = Scan(zero, mul.1, reverse)
          sums(sums.state: float32[4], sums.element.1: float32[4])
            add: float32[4] = Add(sums.state, sums.element.1)
            identity: float32[4] = Identity(add)
            -> add, identity
        -> sums=scan.1
      "
    `);
  });

  it("shows the gradient of two layers", () => {
    const graph = new Graph("two layers");
    const x = graph.input("x", "float32", ["B", 5]);
    const target = graph.input("target", "float32", ["B", 2]);
    const w1 = graph.input("w1", "float32", [5, 4]);
    const b1 = graph.input("b1", "float32", [4]);
    const w2 = graph.input("w2", "float32", [4, 2]);
    const hidden = relu(add(matmul(x, w1), b1));
    const loss = reduceSum(square(sub(gemm(hidden, w2), target)));
    graph.output("loss", loss);
    for (const [i, gradient] of gradients(loss, [w1, b1, w2]).entries()) graph.output(`d.${["w1", "b1", "w2"][i]}`, gradient);
    expect(printed(graph)).toMatchInlineSnapshot(`
      "two layers(x: float32[B, 5], target: float32[B, 2], w1: float32[5, 4], b1: float32[4], w2: float32[4, 2])
        size.B: int64[1] = Shape(x, start=0, end=1)
        matmul: float32[B, 4] = MatMul(x, w1)
        add: float32[B, 4] = Add(matmul, b1)
        relu: float32[B, 4] = Relu(add)
        gemm: float32[B, 2] = Gemm(relu, w2)
        sub: float32[B, 2] = Sub(gemm, target)
        mul: float32[B, 2] = Mul(sub, sub)
        reducesum: float32[] = ReduceSum(mul, [0, 1])
        reshape: float32[1, 1] = Reshape(1, [1, 1])
        concat: int64[2] = Concat(size.B, [2], axis=0)
        expand: float32[B, 2] = Expand(reshape, concat)
        mul.1: float32[B, 2] = Mul(expand, sub)
        mul.2: float32[B, 2] = Mul(expand, sub)
        add.1: float32[B, 2] = Add(mul.1, mul.2)
        transpose: float32[2, 4] = Transpose(w2, perm=[1, 0])
        matmul.1: float32[B, 4] = MatMul(add.1, transpose)
        gemm.1: float32[4, 2] = Gemm(relu, add.1, transA=1)
        greater: bool[B, 4] = Greater(relu, 0)
        where: float32[B, 4] = Where(greater, matmul.1, 0)
        reducesum.1: float32[1, 4] = ReduceSum(where, [0])
        reshape.1: float32[4] = Reshape(reducesum.1, [4])
        gemm.2: float32[5, 4] = Gemm(x, where, transA=1)
        -> loss=reducesum, d.w1=gemm.2, d.b1=reshape.1, d.w2=gemm.1
      "
    `);
  });

  it("shows the gradient of a recurrence: a loop back, and one product for the weight", () => {
    const graph = new Graph("recurrence");
    const xs = graph.input("xs", "float32", ["T", "B", 4]);
    const h0 = graph.input("h0", "float32", ["B", 4]);
    const w = graph.input("w", "float32", [4, 4]);
    const { states } = scan(([h], [x]) => ({ states: [tanh(add(matmul(h, w), x))], outputs: [] }), [h0], [xs], { name: "rnn" });
    graph.output("d.w", gradients(reduceSum(states[0]), [w])[0]);
    expect(printed(graph)).toMatchInlineSnapshot(`
      "recurrence(xs: float32[T, B, 4], h0: float32[B, 4], w: float32[4, 4])
        size.B: int64[1] = Shape(xs, start=1, end=2)
        scan: float32[B, 4], scan.1: float32[T, B, 4] = Scan(h0, xs)
          rnn(rnn.state: float32[B, 4], rnn.element: float32[B, 4])
            matmul: float32[B, 4] = MatMul(rnn.state, w)
            add: float32[B, 4] = Add(matmul, rnn.element)
            tanh: float32[B, 4] = Tanh(add)
            identity: float32[B, 4] = Identity(tanh)
            -> tanh, identity
        reshape: float32[1, 1] = Reshape(1, [1, 1])
        concat: int64[2] = Concat(size.B, [4], axis=0)
        expand: float32[B, 4] = Expand(reshape, concat)
        transpose: float32[4, 4] = Transpose(w, perm=[1, 0])
        mul.2: float32[T, B, 4] = Mul(scan.1, scan.1)
        sub.1: float32[T, B, 4] = Sub(1, mul.2)
        scan.2: float32[B, 4], scan.3: float32[T, B, 4] = Scan(expand, sub.1, reverse)
          rnn.back(rnn.back.state: float32[B, 4], rnn.back.element.1: float32[B, 4])
            mul.1: float32[B, 4] = Mul(rnn.back.state, rnn.back.element.1)
            matmul.1: float32[B, 4] = MatMul(mul.1, transpose)
            -> matmul.1, mul.1
        unsqueeze: float32[1, B, 4] = Unsqueeze(h0, [0])
        slice: float32[(T-1), B, 4] = Slice(scan.1, [0], [-1], [0])
        concat.1: float32[T, B, 4] = Concat(unsqueeze, slice, axis=0)
        reshape.1: float32[B*T, 4] = Reshape(concat.1, [-1, 4])
        reshape.2: float32[B*T, 4] = Reshape(scan.3, [-1, 4])
        gemm: float32[4, 4] = Gemm(reshape.1, reshape.2, transA=1)
        -> d.w=gemm
      "
    `);
  });
});
