import * as fc from "fast-check";
import onnxProto from "onnx-proto";
import { describe, expect, it } from "vitest";
import { Graph, add, matmul, readGraphStatistics, scan, serialize, tanh } from "../src/index.ts";

const model = (): Uint8Array => {
  const graph = new Graph("decoder");
  const xs = graph.input("xs", "float32", ["T", "B", 3]);
  const w = graph.external("w", "float32", [3, 3]);
  const { states } = scan(
    ([h], [x]) => ({ states: [tanh(add(matmul(h, w), x))], outputs: [] }),
    [graph.input("h", "float32", ["B", 3])],
    [xs],
  );
  graph.output("next", add(states[0], graph.constant("float32", [3], [1, 2, 3])));
  return serialize(graph, { external: new Map([["w", { file: "weights.bin", offset: 0, bytes: 36 }]]) });
};

describe("readGraphStatistics", () => {
  it("tells what a model holds, its loops included", () => {
    const bytes = model();
    expect(readGraphStatistics(bytes)).toEqual({
      name: "decoder",
      opset: 21,
      inputs: [
        { name: "xs", type: "float32", shape: ["T", "B", 3] },
        { name: "h", type: "float32", shape: ["B", 3] },
      ],
      outputs: [{ name: "next", type: "float32", shape: ["B", 3] }],
      operators: { Add: 2, MatMul: 1, Scan: 1, Tanh: 1 },
      initializers: [
        { name: "w", shape: [3, 3], external: true },
        { name: "constant", shape: [3], external: false },
      ],
      bytes: bytes.length,
    });
  });

  it("reads what others write: unknown fields are skipped, numbers may come packed", () => {
    const decoded = onnxProto.onnx.ModelProto.decode(model());
    decoded.docString = "made by another program";
    decoded.graph!.docString = "with fields that this one does not know";
    const bytes = onnxProto.onnx.ModelProto.encode(decoded).finish();
    expect(readGraphStatistics(bytes)).toEqual({ ...readGraphStatistics(model()), bytes: bytes.length });
    // onnx-proto packs repeated numbers: dims = [3, 3] is one field of two bytes.
    expect(Buffer.from(bytes).includes(Buffer.of(0x0a, 2, 3, 3))).toBe(true);
    expect(Buffer.from(model()).includes(Buffer.of(0x08, 3, 0x08, 3))).toBe(true);
  });

  it("says of anything else that it is no model", () => {
    for (const bytes of [new Uint8Array(), new Uint8Array(100), Uint8Array.from([1, 2, 3]), new TextEncoder().encode('{"format":1}')])
      expect(() => readGraphStatistics(bytes)).toThrow("not an ONNX model");
  });

  it("says so of every truncated model, and of no damaged one anything but that", () => {
    const bytes = model();
    for (let length = 0; length < bytes.length; length++) {
      expect(outcome(bytes.subarray(0, length))).toBe("not an ONNX model");
    }
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = bytes.with(at, bytes[at] ^ flip);
        expect(["read", "not an ONNX model"]).toContain(outcome(damaged));
      }),
      { numRuns: 2000 },
    );
  });
});

function outcome(bytes: Uint8Array): string {
  try {
    readGraphStatistics(bytes);
    return "read";
  } catch (error) {
    return (error as Error).message;
  }
}
