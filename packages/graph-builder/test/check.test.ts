import { describe, expect, it } from "vitest";
import { Graph, GraphError, type Node, type Value, add, checkGraph, concat, identity, mul, scan, serialize, tanh } from "../src/index.ts";

const graphOf = (): { graph: Graph; x: Value } => {
  const graph = new Graph("g");
  return { graph, x: graph.input("x", "float32", [2, 3]) };
};

const looped = (): { graph: Graph; node: Node; body: Graph } => {
  const graph = new Graph("g");
  const xs = graph.input("xs", "float32", ["T", 2, 3]);
  const h0 = graph.input("h0", "float32", [2, 3]);
  const w = graph.input("w", "float32", [3]);
  const { states, outputs } = scan(
    ([h], [x]) => {
      const next = tanh(add(mul(h, w), x));
      return { states: [next], outputs: [mul(next, 2)] };
    },
    [h0],
    [xs],
    { name: "loop" },
  );
  graph.output("last", states[0]);
  graph.output("all", outputs[0]);
  const node = graph.nodes.find(({ op }) => op === "Scan")!;
  return { graph, node, body: node.attributes.body as Graph };
};

const broken = (graph: Graph): string => {
  try {
    checkGraph(graph);
  } catch (error) {
    if (error instanceof GraphError) return error.message;
    throw error;
  }
  return "whole";
};

describe("checkGraph", () => {
  it("passes whole graphs", () => {
    expect(broken(looped().graph)).toBe("whole");
    const { graph, x } = graphOf();
    graph.output("y", add(x, 1));
    graph.output("x again", x);
    expect(broken(graph)).toBe("whole");
  });

  it("is asked before a graph is written", () => {
    const { graph, x } = graphOf();
    graph.output("y", add(x, 1));
    graph.nodes.reverse();
    graph.nodes.push(graph.nodes[0]);
    expect(() => serialize(graph)).toThrow(GraphError);
  });

  it("finds nodes out of order", () => {
    const { graph, x } = graphOf();
    graph.output("y", mul(add(x, 1), x));
    graph.nodes.reverse();
    expect(broken(graph)).toBe("graph g: Mul (mul) reads add before it is computed");
  });

  it("finds an operand of another graph", () => {
    const { graph, x } = graphOf();
    graph.output("y", add(x, 1));
    const other = new Graph("other").input("z", "float32", [2, 3]);
    graph.nodes[0].inputs = [x, other];
    expect(broken(graph)).toBe("graph g: Add (add) reads z of graph other, which it cannot see");
  });

  it("finds an operand inside a loop that is read outside of it", () => {
    const { graph, body } = looped();
    const inner = body.nodes[0].outputs[0];
    graph.nodes.push({ op: "Identity", inputs: [inner], outputs: [], attributes: {} });
    graph.nodes.at(-1)!.outputs.push({ name: "leak", type: "float32", shape: [2, 3], graph, producer: graph.nodes.at(-1)! });
    expect(broken(graph)).toMatch(/^graph g: Identity \(leak\) reads .+ of graph loop, which it cannot see$/);
  });

  it("finds two values of one name", () => {
    const { graph, x } = graphOf();
    graph.output("y", add(add(x, 1), 2));
    (graph.nodes[1].outputs[0] as { name: string }).name = "x";
    expect(broken(graph)).toBe("graph g: two values are called x");
  });

  it("finds a name of the outer graph in a loop", () => {
    const { graph, body } = looped();
    (body.inputs[0] as { name: string }).name = "w";
    expect(broken(graph)).toBe("graph loop: two values are called w");
  });

  it("finds wrong arity and unknown attributes", () => {
    const { graph, x } = graphOf();
    graph.output("y", add(x, 1));
    const [node] = graph.nodes;
    node.inputs = [x];
    expect(broken(graph)).toBe("graph g: Add (add) has 1 operands");
    node.inputs = [x, x];
    (node as { attributes: Node["attributes"] }).attributes = { axis: 1 };
    expect(broken(graph)).toBe("graph g: Add (add) has no attribute axis");
  });

  it("finds outputs that nothing computes, and names given twice", () => {
    const { graph, x } = graphOf();
    const y = add(x, 1);
    graph.output("y", y);
    graph.nodes.pop();
    expect(broken(graph)).toBe("graph g: output y: add[2, 3] is not computed here");
    const second = graphOf();
    second.graph.outputs.push({ name: "y", value: identity(second.x) }, { name: "y", value: second.x });
    expect(broken(second.graph)).toBe("graph g: two outputs are called y");
    const third = graphOf();
    third.graph.output("x", add(third.x, 1));
    expect(broken(third.graph)).toBe("graph g: output x: an input or a parameter has this name");
  });

  it("finds constants whose numbers do not fill their shape", () => {
    const { graph, x } = graphOf();
    graph.output("y", concat([x, graph.constant("float32", [1, 3], [1, 2])], 0));
    expect(broken(graph)).toBe("graph g: constant[1, 3] holds 2 numbers");
    const named = graphOf();
    named.graph.external("w", "float32", ["K"]);
    expect(broken(named.graph)).toBe("graph g: w[K] is stored, its sizes must be numbers");
  });
});

describe("checkGraph on loops", () => {
  it("finds operands that do not fit the body", () => {
    const { graph, node } = looped();
    node.inputs = [...node.inputs, node.inputs[1]];
    expect(broken(graph)).toBe("graph g: Scan (scan) has 3 operands for the 2 inputs of its body");
  });

  it("finds outputs that do not fit the body", () => {
    const { graph, body } = looped();
    body.outputs.pop();
    expect(broken(graph)).toBe("graph g: Scan (scan) has 2 outputs for the 1 of its body");
  });

  it("finds a state that changes its shape", () => {
    const { graph, body } = looped();
    (body.inputs[0] as { shape: Value["shape"] }).shape = [3];
    expect(broken(graph)).toBe("graph g: Scan (scan): initial state h0[2, 3] float32 must be [3] float32");
  });

  it("finds a sequence of another length", () => {
    const { graph, node } = looped();
    (node.outputs[1] as { shape: Value["shape"] }).shape = ["S", 2, 3];
    expect(broken(graph)).toBe("graph g: Scan (scan): output scan.1[S, 2, 3] float32 must be [T, 2, 3] float32");
  });

  it("finds an output that the body only passes through, or gives out twice", () => {
    const passed = looped();
    passed.body.outputs[0] = { name: passed.body.inputs[0].name, value: passed.body.inputs[0] };
    expect(broken(passed.graph)).toBe("graph loop: output loop.state[2, 3] is not computed by a node of the body");
    const twice = looped();
    twice.body.outputs[1] = twice.body.outputs[0];
    expect(broken(twice.graph)).toBe("graph loop: tanh[2, 3] is given out twice");
  });

  it("finds the body of another graph", () => {
    const { graph, node } = looped();
    (node.attributes as { body: Graph }).body = looped().body;
    expect(broken(graph)).toBe("graph g: Scan (scan) has a body of another graph, g");
  });
});
