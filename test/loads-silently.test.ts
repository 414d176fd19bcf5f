import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ExternalData,
  Graph,
  type TracedGraph,
  adam,
  add,
  gradients,
  mul,
  reduceSum,
  serialize,
  traceEvaluate,
  traceGradients,
  traceInference,
  traceTrain,
  traceUpdate,
  unrollScans,
} from "@s2s/graph-builder";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loweredCases, maxPoolCases } from "./gradients/cases/conv.ts";
import { type Cell, attentionDecoder, gruCell, nestedLoops } from "./support/cells.ts";
import { models } from "./support/seq2seq.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "s2s-silent-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The runtime writes its warnings to the process' standard error: another process loads the models. */
async function expectSilent(graphs: Readonly<Record<string, Graph>>): Promise<void> {
  const files: string[] = [];
  for (const [name, graph] of Object.entries(graphs)) {
    const file = join(folder, `${name}.onnx`);
    const external = new Map<string, ExternalData>();
    for (const [parameter, { shape, constant }] of graph.initializers) {
      const bytes = shape.reduce<number>((a, b) => a * Number(b), 4);
      if (!constant) external.set(parameter, { file: "weights.bin", offset: 0, bytes });
    }
    await writeFile(file, serialize(graph, { external, valueInfo: true }));
    files.push(file);
  }
  await writeFile(join(folder, "weights.bin"), new Uint8Array(2 ** 16));
  const load = `
    const ort = require("onnxruntime-node");
    (async () => {
      for (const file of process.argv.slice(1)) {
        console.error(file);
        await (await ort.InferenceSession.create(file, { logSeverityLevel: 2, intraOpNumThreads: 1 })).release();
      }
    })();`;
  const { stderr, status } = spawnSync(process.execPath, ["-e", load, ...files], { encoding: "utf8", cwd: import.meta.dirname });
  expect(stderr.trim().split("\n")).toEqual(files);
  expect(status).toBe(0);
}

const differentiated = ({
  shapes,
  build,
}: Pick<Cell, "shapes"> & { build: (inputs: Parameters<Cell["build"]>[0]) => ReturnType<Cell["build"]> }): Graph => {
  const graph = new Graph("differentiated");
  const inputs = shapes.map((shape, i) => graph.input(`x${i}`, "float32", shape));
  const outputs = build(inputs);
  const loss = outputs.map((y) => reduceSum(mul(y, y))).reduce((a, b) => add(a, b));
  for (const [i, gradient] of gradients(loss, inputs).entries()) graph.output(`g${i}`, gradient);
  return graph;
};

describe("ONNX Runtime loads without a warning", () => {
  for (const [name, model] of Object.entries(models)) {
    it(`all graphs of the model: ${name}`, async () => {
      const options = { model, dropout: 0.1, labelSmoothing: 0.1 };
      const dims = { batch: 3, source: 4, target: 5 };
      const traced: Record<string, TracedGraph> = {
        gradients: traceGradients(options),
        train: traceTrain({ ...options, optimizer: adam(), clipNorm: 5 }),
        evaluate: traceEvaluate(options),
        update: traceUpdate(traceGradients(options).parameters, { optimizer: adam(), clipNorm: 5 }, 2),
      };
      const { encoder, decoder } = traceInference(model);
      await expectSilent({
        ...Object.fromEntries(Object.entries(traced).map(([key, { graph }]) => [key, graph])),
        encoder: encoder!,
        decoder,
        unrolled: unrollScans(traceTrain({ ...options, dims, optimizer: adam() }).graph),
        chunked: unrollScans(traceGradients(options).graph, { factor: 2 }),
      });
    });
  }

  it("loops, convolutions and pools with their gradients", async () => {
    const cells = { gruCell, attentionDecoder, nestedLoops };
    const lowered = Object.values(loweredCases).flatMap((cases) => Object.values(cases));
    await expectSilent({
      ...Object.fromEntries(
        Object.entries(cells).map(([key, cell]) => [key, differentiated({ ...cell, build: (x) => cell.build(x, true) })]),
      ),
      ...Object.fromEntries(
        lowered.flatMap(({ shapes, build }, i) =>
          (["operator", "patches"] as const).map((lowering) => [
            `${lowering}${i}`,
            differentiated({ shapes, build: (x) => [build(x, lowering)].flat() }),
          ]),
        ),
      ),
      ...Object.fromEntries(
        Object.values(maxPoolCases.MaxPool).map(({ shapes, build }, i) => [
          `largest${i}`,
          differentiated({ shapes, build: (x) => [build(x, {})].flat() }),
        ]),
      ),
    });
  });
});
