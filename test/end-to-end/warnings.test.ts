import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { type Graph, adam, serialize, sgd, traceFlatUpdate } from "@s2s/graph-builder";
import { expect, test } from "vitest";
import { Workplace } from "../support/workplace.ts";

const place = await Workplace.create();

/**
 * Runs the files that `s2s` writes, where loads-silently.test.ts loads every kind of graph: only in a run are shapes compared with what a graph promises.
 * In a process of its own: ONNX Runtime's log goes past Node.js to the process's stderr.
 */
const SCRIPT = `
const [ort, ...files] = process.argv.slice(1);
const { env, InferenceSession, Tensor } = require(ort);
env.logLevel = "warning";
const sizes = {};
const feed = ({ name, type, shape }) => {
  const dims = shape.map((size) => (typeof size === "number" ? size : (sizes[size] ??= 2 + Object.keys(sizes).length)));
  const count = dims.reduce((a, b) => a * b, 1);
  return [name, new Tensor(type, type === "int32" ? new Int32Array(count).fill(1) : new Float32Array(count).fill(0.1), dims)];
};
(async () => {
  for (const file of files) {
    const session = await InferenceSession.create(file, { logSeverityLevel: 2 });
    await session.run(Object.fromEntries(session.inputMetadata.map(feed)));
    await session.release();
  }
  console.log(files.length);
})();
`;

/** What ONNX Runtime says while it loads, optimises and runs graphs. */
function logOf(files: readonly string[]): string {
  const ort = createRequire(import.meta.url).resolve("onnxruntime-node");
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", SCRIPT, ort, ...files], { encoding: "utf8" });
  expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: `${files.length}\n` });
  return stderr;
}

const TRAINING = ["train", "gradients", "update", "evaluate"];
const graphsIn = (folder: string, names: readonly string[]) => names.map((name) => place.path(folder, `${name}.onnx`));

const FEW = ["--source-vocab", "31", "--target-vocab", "37"];
const NARROW = ["--hidden", "8", "--embedding", "8"];
const DEEP = ["--layers", "2", "--bidirectional", "--reverse-source", "--optimizer", "adamw"];

test.each([
  ["one layer", [...FEW, ...NARROW]],
  ["a deep model that is trained with noise", [...FEW, ...NARROW, ...DEEP, "--dropout", "0.1", "--label-smoothing", "0.1"]],
  ["thousands of words", ["--source-vocab", "5000", "--target-vocab", "6000", ...NARROW]],
])("ONNX Runtime has nothing to say about graphs of %s", async (name, options) => {
  await place.ok("build-graph", ...options, "--out", name);
  expect(logOf(graphsIn(name, [...TRAINING, "encoder", "decoder"]))).toBe("");
});

test("nor about a trained bundle and the update that workers share", async () => {
  await place.write("pairs.tsv", "ab\tba\nabc\tcba\n".repeat(20));
  await place.ok("train", "--data", "pairs.tsv", ...NARROW, "--epochs", "1", "--threads", "1", "--out", "run");
  const updates = [
    traceFlatUpdate({ optimizer: adam({}), clipNorm: 5 }, 2, 1024),
    traceFlatUpdate({ optimizer: sgd(), clipNorm: 0 }, 3, 1024),
  ];
  const files = updates.flatMap((update, i) =>
    Object.entries(update).map(([name, graph]) => place.write(`${name}-${i}.onnx`, serialize(graph as Graph))),
  );
  expect(logOf([...graphsIn("run/bundle", ["encoder", "decoder"]), ...(await Promise.all(files))])).toBe("");
});

test("and it would say what there is to say", async () => {
  await place.ok("build-graph", "--source-vocab", "31", "--target-vocab", "37", "--out", "flawed");
  const [file] = graphsIn("flawed", ["train"]) as [string];
  // An initializer that no node uses. Protobuf joins messages that follow each other: ModelProto.graph.initializer.
  const tensor = [0x08, 1, 0x10, 1, 0x42, 6, ...Buffer.from("unused"), 0x4a, 4, 0, 0, 0, 0];
  const flaw = Buffer.from([0x3a, tensor.length + 2, 0x2a, tensor.length, ...tensor]);
  expect(logOf([await place.write("flawed.onnx", Buffer.concat([await readFile(file), flaw]))])).toContain("unused");
});
