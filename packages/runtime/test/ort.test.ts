import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { UserError } from "../src/errors.ts";
import { createSession, ortVersion, Tensor } from "../src/ort.ts";
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

describe("providers", () => {
  test("the CPU is there", async () => {
    expect(await probeProvider("cpu")).toEqual({ provider: "cpu", available: true, version: await ortVersion() });
    await expect(requireProvider("cpu")).resolves.toBeUndefined();
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
