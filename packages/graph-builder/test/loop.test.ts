import { describe, expect, it } from "vitest";
import {
  Graph,
  GraphError,
  type Node,
  ShapeError,
  add,
  cast,
  checkGraph,
  cond,
  gather,
  greater,
  less,
  loop,
  matmul,
  mul,
  print,
  prune,
  reduceMax,
  scan,
  unrollScans,
} from "../src/index.ts";
import { type Numbers, runGraph } from "../../../test/support/run-graph.ts";

const floats = (...data: number[]) => ({ type: "float32" as const, shape: [data.length], data: Float32Array.from(data) });
const listed = (numbers: Numbers): (number | bigint)[] => [...numbers];
const limit = (graph: Graph, most = 10) => graph.constant("int64", [], [most]);

/** x doubled until its largest element is above 20. */
function doubling(most = 10) {
  const graph = new Graph("g");
  const x = graph.input("x", "float32", ["N"]);
  const { states, outputs } = loop(
    ([before], index) => {
      const after = mul(before, 2);
      return { states: [after], outputs: [after, index], more: less(reduceMax(after), 20) };
    },
    [x],
    { most: limit(graph, most), length: "T" },
  );
  graph.output("last", states[0]);
  graph.output("all", outputs[0]);
  graph.output("steps", outputs[1]);
  return graph;
}

describe("loop", () => {
  it("repeats until there is no more to do, and stacks what each step gives", async () => {
    const found = await runGraph(doubling(), { x: floats(1, 4) });
    expect(listed(found.last)).toEqual([8, 32]);
    expect(listed(found.all)).toEqual([2, 8, 4, 16, 8, 32]);
    expect(listed(found.steps)).toEqual([0n, 1n, 2n]);
  });

  it("takes no more steps than it may, and none where that is none", async () => {
    expect(listed((await runGraph(doubling(2), { x: floats(1) })).last)).toEqual([4]);
    const none = await runGraph(doubling(0), { x: floats(1) });
    expect([listed(none.last), none.all.length]).toEqual([[1], 0]);
  });

  it("knows the number of its steps when the graph runs", async () => {
    const graph = doubling();
    const all = graph.outputs.find(({ name }) => name === "all")!.value;
    expect(all.shape).toEqual(["T", "N"]);
    graph.output("count", add(graph.dimension("T")!, 0));
    expect(listed((await runGraph(graph, { x: floats(3) })).count)).toEqual([3n]);
  });

  it("refuses a step that does not fit, and says how", () => {
    const graph = new Graph("g");
    const x = graph.input("x", "float32", [2]);
    const more = graph.constant("bool", [], [1]);
    const options = { most: limit(graph), length: "T", name: "walk" };
    const refused = (trace: () => unknown, text: string) => expect(trace).toThrow(new ShapeError(text));
    refused(() => loop(([a]) => ({ states: [], more: greater(reduceMax(a), 0) }), [x], options), "walk: the step returns 0 states for 1");
    refused(
      () => loop(([a]) => ({ states: [reduceMax(a)], more }), [x], { ...options, name: "run" }),
      "run: state 0 is reducemax.1[] after the step, x[2] before it",
    );
    refused(
      () => loop(([a]) => ({ states: [a], more: greater(a, 0) }), [x], { ...options, name: "go" }),
      "go: the condition greater.1[2] is no bool []",
    );
    refused(() => loop(([a]) => ({ states: [a], more }), [x], { ...options, most: x }), "walk: the number of steps x[2] is no int64 []");
  });

  it("loses states and outputs that nothing needs", () => {
    const graph = new Graph("g");
    const [x, y, z] = ["x", "y", "z"].map((name) => graph.input(name, "float32", []));
    const { states } = loop(
      ([a, b, c]) => {
        const [next, unused] = [add(a, b), mul(c, 2)];
        return { states: [next, b, unused], outputs: [mul(unused, 3)], more: less(next, 5) };
      },
      [x, y, z],
      { most: limit(graph), length: "T" },
    );
    graph.output("x'", states[0]);
    prune(graph);
    checkGraph(graph);
    const [node] = graph.nodes;
    expect(node.inputs.slice(2)).toEqual([x, y]);
    expect(node.outputs).toHaveLength(2);
    expect((node.attributes.body as Graph).nodes.map(({ op }) => op)).toEqual(["Add", "Less", "Identity"]);
  });

  it("holds scans and is held by them", async () => {
    const graph = new Graph("g");
    const xs = graph.input("xs", "float32", ["N"]);
    const { states } = scan(
      ([sum], [x]) => {
        const inner = loop(([a]) => ({ states: [mul(a, x)], more: less(a, 100) }), [x], { most: limit(graph, 3), length: "T" });
        return { states: [add(sum, inner.states[0])], outputs: [] };
      },
      [graph.constant("float32", [], [0])],
      [xs],
    );
    graph.output("sum", states[0]);
    expect(listed((await runGraph(graph, { xs: floats(2, 3) })).sum)).toEqual([16 + 81]);
    const fixed = new Graph("fixed");
    const two = fixed.input("xs", "float32", [2]);
    scan(
      ([sum], [x]) => ({
        states: [loop(([a]) => ({ states: [add(a, x)], more: less(a, 1) }), [sum], { most: limit(fixed), length: "T" }).states[0]],
        outputs: [],
      }),
      [fixed.constant("float32", [], [0])],
      [two],
    ).states.forEach((value) => fixed.output("sum", value));
    expect(() => unrollScans(fixed)).toThrow("unroll: scan has a Loop in it, whose steps or branches cannot be copied");
  });
});

/** relu by a choice, with a product of stored numbers in one of its branches. */
function choosing() {
  const graph = new Graph("g");
  const x = graph.input("x", "float32", [2]);
  const table = graph.constant("float32", [2, 2], [1, 2, 3, 4]);
  const [y, z] = cond(
    greater(reduceMax(x), 0),
    () => [mul(x, 10), gather(matmul(table, table), graph.constant("int64", [], [1]))],
    () =>
      [x, gather(table, graph.constant("int64", [1], [0]), 0)].map((value, i) =>
        i === 0 ? value : mul(gather(value, graph.constant("int64", [], [0])), x),
      ),
    { name: "choice" },
  );
  graph.output("y", y);
  graph.output("z", z);
  return graph;
}

describe("cond", () => {
  it("computes the branch that holds", async () => {
    const [positive, negative] = await runGraph(choosing(), { x: floats(1, 2) }, { x: floats(-1, -2) });
    expect([listed(positive.y), listed(positive.z)]).toEqual([
      [10, 20],
      [15, 22],
    ]);
    expect([listed(negative.y), listed(negative.z)]).toEqual([
      [-1, -2],
      [-1, -4],
    ]);
  });

  it("keeps in a branch what it computes, but for what is known when the model is loaded", () => {
    expect(print(choosing())).toMatchInlineSnapshot(`
      "g(x: float32[2])
        reducemax: float32[] = ReduceMax(x, [0])
        greater: bool[] = Greater(reducemax, 0)
        matmul: float32[2, 2] = MatMul([1, 2, 3, 4], [1, 2, 3, 4])
        gather: float32[2] = Gather(matmul, 1, axis=0)
        gather.1: float32[1, 2] = Gather([1, 2, 3, 4], [0], axis=0)
        gather.2: float32[2] = Gather(gather.1, 0, axis=0)
        if: float32[2], if.1: float32[2] = If(greater)
          choice.then()
            mul: float32[2] = Mul(x, 10)
            identity: float32[2] = Identity(gather)
            -> mul, identity
          choice.else()
            mul.1: float32[2] = Mul(gather.2, x)
            identity.1: float32[2] = Identity(x)
            -> identity.1, mul.1
        -> y=if, z=if.1
      "
    `);
  });

  it("drops a result that nothing needs from both branches", () => {
    const graph = choosing();
    graph.outputs.pop();
    prune(graph);
    checkGraph(graph);
    const node = graph.nodes.at(-1)!;
    expect([node.attributes.then_branch, node.attributes.else_branch].map((branch) => (branch as Graph).nodes.map(({ op }) => op))).toEqual(
      [["Mul"], ["Identity"]],
    );
  });

  it("takes symbols where the branches differ in a size", () => {
    const graph = new Graph("g");
    const x = graph.input("x", "float32", [2]);
    const test = greater(reduceMax(x), 0);
    const first = () => [gather(x, graph.constant("int64", [1], [0]))];
    expect(cond(test, first, () => [mul(x, 2)], { shapes: [["N"]] })[0].shape).toEqual(["N"]);
    expect(() => cond(test, first, () => [mul(x, 2)])).toThrow(/^if: result 0 is mul.1\[2\] float32, not \[1\] float32$/);
    expect(() => cond(test, first, () => [cast(x, "int32")], { shapes: [["N"]] })).toThrow("not [N] float32");
    expect(() => cond(test, first, () => [])).toThrow("if: one branch gives 1 values, the other 0");
    expect(() => cond(x, first, first)).toThrow("if: the condition x[2] is no bool []");
  });
});

describe("checkGraph", () => {
  const broken = (change: (node: Node) => void, graph = choosing()): string => {
    change(graph.nodes.find(({ op }) => op === "If" || op === "Loop")!);
    try {
      checkGraph(graph);
    } catch (error) {
      if (error instanceof GraphError) return error.message;
      throw error;
    }
    return "whole";
  };

  it("holds choices against their branches, and loops against their bodies", () => {
    expect(broken(() => undefined)).toBe("whole");
    expect(broken(() => undefined, doubling())).toBe("whole");
    expect(broken(({ outputs }) => outputs.pop())).toBe("graph g: If (if) has 1 outputs for the 2 of branch choice.then");
    expect(broken(({ attributes }) => (attributes.else_branch as Graph).input("i", "float32", []))).toBe(
      "graph g: If (if): branch choice.else has inputs",
    );
    expect(broken(({ attributes }) => swap((attributes.then_branch as Graph).outputs), twoTypes())).toBe(
      "graph g: If (if): cast[2] int32 must be [2] float32",
    );
    expect(broken(({ outputs }) => outputs.pop(), doubling())).toBe("graph g: Loop (loop.1) has 2 outputs for the 4 of its body");
    expect(broken((node) => (node.inputs = node.inputs.with(0, node.inputs[2])), doubling())).toBe(
      "graph g: Loop (loop.1): number of steps x[N] float32 must be [] int64",
    );
  });
});

const swap = (pair: unknown[]): unknown => pair.push(pair.shift());

function twoTypes(): Graph {
  const graph = new Graph("g");
  const x = graph.input("x", "float32", [2]);
  const branch = () => [mul(x, 2), cast(x, "int32")];
  for (const [i, value] of cond(greater(reduceMax(x), 0), branch, branch).entries()) graph.output(`y${i}`, value);
  return graph;
}
