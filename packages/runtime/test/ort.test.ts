import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { UserError } from "../src/errors.ts";
import { createSession, ortVersion, Tensor, type GraphSource } from "../src/ort.ts";
import { probeProvider, requireProvider } from "../src/probe.ts";
import { encodeModel, externalTensor } from "./onnx.ts";

const folder = mkdtempSync(join(tmpdir(), "s2s-ort-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** y = x + w, w being the two floats at an offset of w.bin. */
function addModel(location: string, offset = 0): Uint8Array {
  return encodeModel({
    nodes: [{ op: "Add", inputs: ["x", "w"], outputs: ["y"] }],
    initializers: [externalTensor("w", [2], location, offset)],
    inputs: [{ name: "x", shape: ["B", 2] }],
    outputs: [{ name: "y", shape: ["B", 2] }],
  });
}

function write(name: string, bytes: Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

describe("sessions", () => {
  test("load a file with external data beside it and run", async () => {
    write("w.bin", new Uint8Array(Float32Array.of(9, 10, 20).buffer));
    const session = await createSession(write("add.onnx", addModel("w.bin", 4)), { threads: 1 });
    const { y } = await session.run({ x: new Tensor("float32", Float32Array.of(1, 2, 3, 4), [2, 2]) });
    expect(y).toMatchObject({ dims: [2, 2], data: Float32Array.of(11, 22, 13, 24) });
    await session.release();
  });

  test("the version is that of the package", async () => {
    expect(await ortVersion()).toMatch(/^1\.\d+\.\d+$/);
  });

  const damaged: [string, () => string][] = [
    ["a missing file", () => join(folder, "none.onnx")],
    ["bytes that are no graph", () => write("garbage.onnx", Uint8Array.of(1, 2, 3))],
    ["missing external data", () => write("alone.onnx", addModel("none.bin"))],
    ["truncated external data", () => write("beyond.onnx", addModel("w.bin", 8))],
    ["external data outside the folder", () => write("outside.onnx", addModel("../w.bin"))],
  ];
  test.each(damaged)("%s is one line that names the file", async (_, make) => {
    const file = make();
    const error = await createSession(file).then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(/^\S+\.onnx: ONNX Runtime cannot load this graph/);
    expect((error as Error).message).toContain(file);
    expect((error as Error).message).not.toContain("\n");
  });

  test.each([undefined, []])("of bytes with the external data %j read no file of the current folder", async (externalData) => {
    write("w.bin", new Uint8Array(Float32Array.of(9, 10, 20).buffer));
    const before = process.cwd();
    process.chdir(folder);
    try {
      // Optimisers would read the data in ways of their own.
      for (const optimization of ["disabled", "all"] as const) {
        const opening = createSession({ bytes: addModel("w.bin"), externalData }, { threads: 1, optimization });
        await expect(opening.then((session) => session.release())).rejects.toThrow(/External data path does not exist: "\/dev\/null\/none/);
      }
    } finally {
      process.chdir(before);
    }
  });

  test("a graph that is wrong is a bug, which keeps its own error", async () => {
    const wrong = encodeModel({
      nodes: [{ op: "NoSuchOperator", inputs: ["x"], outputs: ["y"] }],
      initializers: [],
      inputs: [{ name: "x", shape: ["B"] }],
      outputs: [{ name: "y", shape: ["B"] }],
    });
    await expect(createSession(wrong)).rejects.not.toBeInstanceOf(UserError);
    await expect(createSession(wrong)).rejects.toThrow(/NoSuchOperator/);
  });
});

describe("wasm in Node", () => {
  const weights = new Uint8Array(Float32Array.of(9, 10, 20).buffer);

  test.each<[string, () => GraphSource]>([
    ["files", () => ({ path: write("add.onnx", addModel("w.bin", 4)), externalData: ["w.bin"] })],
    ["bytes", () => ({ bytes: addModel("w.bin", 4), externalData: [{ path: "w.bin", data: weights }] })],
  ])("gives the CPU's numbers, from %s", async (_, source) => {
    write("w.bin", weights);
    for (const provider of ["wasm", "cpu"] as const) {
      const session = await createSession(source(), { provider, threads: 1 });
      const { y } = await session.run({ x: new Tensor("float32", Float32Array.of(1, 2, 3, 4), [2, 2]) });
      expect(y).toMatchObject({ dims: [2, 2], data: Float32Array.of(11, 22, 13, 24) });
      await session.release();
    }
  });

  test("runs at the same time take turns, and one that fails does not stop the others", async () => {
    const source = { bytes: addModel("w.bin"), externalData: [{ path: "w.bin", data: weights }] };
    const sessions = await Promise.all([1, 2].map(() => createSession(source, { provider: "wasm" })));
    const runs = [0, 1, 2, 3].map((i) => {
      const width = i === 1 ? 3 : 2;
      return sessions[i % 2]?.run({ x: new Tensor("float32", new Float32Array(width).fill(i), [1, width]) });
    });
    const results = await Promise.allSettled(runs);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
    expect(results.flatMap((result) => (result.status === "fulfilled" ? [result.value?.["y"]?.data] : []))).toEqual(
      [0, 2, 3].map((i) => Float32Array.of(9 + i, 10 + i)),
    );
    for (const session of sessions) await session.release();
  });

  test("files that are missing are named", async () => {
    const provider = "wasm";
    await expect(createSession(join(folder, "none.onnx"), { provider })).rejects.toThrow(
      new UserError(`${join(folder, "none.onnx")}: is missing`),
    );
    await expect(createSession({ path: write("alone.onnx", addModel("none.bin")) }, { provider })).rejects.toThrow(
      /alone\.onnx: ONNX Runtime cannot load this graph/,
    );
  });
});

describe("providers", () => {
  test.each(["cpu", "wasm"] as const)("%s is there", async (provider) => {
    expect(await probeProvider(provider)).toEqual({ provider, available: true, version: await ortVersion() });
    await expect(requireProvider(provider)).resolves.toBeUndefined();
  });

  // Both outcomes are right, since the test runs on machines with and without a GPU.
  test.each(["cuda", "webgpu"] as const)(
    "%s is available, or the report, the requirement and the session say what to install",
    async (provider) => {
      const report = await probeProvider(provider);
      const w = write("identity.onnx", addModel("w.bin"));
      if (report.available) {
        const session = await createSession(w, { provider });
        await session.release();
        return;
      }
      expect(report.why).not.toBe("");
      for (const attempt of [() => requireProvider(provider), () => createSession(w, { provider })]) {
        const error = await attempt().then(
          () => undefined,
          (e: unknown) => e,
        );
        expect(error).toBeInstanceOf(UserError);
        expect((error as Error).message).toContain(`provider ${provider} is not available here (`);
        expect((error as Error).message).toContain(report.install);
        expect((error as Error).message).not.toContain("\n");
      }
    },
  );

  test("a provider that hangs is given up", async () => {
    expect(await probeProvider("cpu", { timeoutSeconds: 0.001 })).toMatchObject({
      available: false,
      why: "it did not start within 0.001 s",
    });
  });
});
