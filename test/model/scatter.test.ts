import { Graph, scatterRows, serialize } from "@s2s/graph-builder";
import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";

it("adds rows on several threads without losing one: every sum is exact, run after run", async () => {
  const [count, width, rows] = [20_000, 64, 10];
  const graph = new Graph("rows");
  graph.output("sums", scatterRows(rows, graph.input("ids", "int32", [count]), graph.input("x", "float32", [count, width])));
  const session = await ort.InferenceSession.create(serialize(graph), { intraOpNumThreads: 2 });
  try {
    const feeds = {
      ids: new ort.Tensor(
        "int32",
        Int32Array.from({ length: count }, (_, i) => i % 3),
        [count],
      ),
      x: new ort.Tensor("float32", new Float32Array(count * width).fill(1), [count, width]),
    };
    for (let run = 0; run < 50; run++) {
      const { sums } = await session.run(feeds);
      expect((sums.data as Float32Array).reduce((a, b) => a + b, 0)).toBe(count * width);
    }
  } finally {
    await session.release();
  }
});
