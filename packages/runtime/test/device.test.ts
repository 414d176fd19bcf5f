import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { platform } from "#platform";
import { afterAll, expect, test, vi } from "vitest";
import { candidates, parseDevice } from "../src/engine/device.ts";
import { UserError } from "../src/errors.ts";
import { load } from "../src/load.ts";
import type { Manifest } from "../src/manifest.ts";
import { AbsentProvider } from "../src/providers.ts";
import { seal, writeCountdown } from "./countdown.ts";

const root = mkdtempSync(join(tmpdir(), "s2s-device-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Says of the model that it has 40 million parameters. */
function enlarge(folder: string): Manifest {
  const manifest = writeCountdown(folder);
  const parameters = [{ name: "large", type: "float32" as const, shape: [4_000, 10_000] }];
  return seal(folder, { ...manifest, parameters });
}

test("short and long names mean Node's devices in Node, and a browser's is refused", () => {
  expect(["auto", "cpu", "node-cpu", "cuda", "node-webgpu", "wasm"].map(parseDevice)).toEqual([
    "auto",
    "cpu",
    "cpu",
    "cuda",
    "webgpu",
    "wasm",
  ]);
  for (const device of ["chromium-wasm", "gpu", "", 7, undefined]) expect(() => parseDevice(device)).toThrow(UserError);
});

test("wasm gives the CPU's answers", async () => {
  writeCountdown(join(root, "wasm"));
  const cpu = await load(join(root, "wasm"), { device: "cpu", worker: false });
  const wasm = await load(join(root, "wasm"), { device: "node-wasm", worker: false });
  expect([cpu.device, wasm.device]).toEqual([
    { name: "node-cpu", reason: "asked for" },
    { name: "node-wasm", reason: "asked for" },
  ]);
  const texts = ["c", "ab", "abcdefg", "p"];
  const options = { beams: 3, nBest: 3 };
  const expected = await cpu.generate(texts, options);
  const close = (answers: unknown): unknown =>
    JSON.parse(JSON.stringify(answers), (_, value: unknown) => (typeof value === "number" ? expect.closeTo(value, 4) : value));
  // At the same time, since onnxruntime-web fails where runs overlap.
  const found = await Promise.all(texts.map((text) => wasm.generate(text, options)));
  expect(found).toEqual(close(expected));
  await cpu.dispose();
  await wasm.dispose();
});

test("small models are for the CPU; large ones try a GPU first, and say why they ended where they did", async () => {
  const small = writeCountdown(join(root, "small"));
  const large = enlarge(join(root, "large"));
  const providers = (manifest: Manifest, precision = "float32" as const) =>
    candidates("auto", manifest, { ...manifest.variants[0]!, precision }).map(({ provider }) => provider);
  expect(providers(small)).toEqual(["cpu", "wasm"]);
  expect(providers(large)).toEqual(["cuda", "cpu", "wasm"]);
  expect(providers(large, "int8" as "float32")).toEqual(["cpu", "wasm"]);
  const absent = new AbsentProvider("cuda", "no driver");
  const spy = vi.spyOn(platform, "requireProvider").mockImplementation(async (provider) => {
    if (provider === "cuda") throw absent;
  });
  const model = await load(join(root, "large"), { worker: false });
  expect(model.device).toEqual({ name: "node-cpu", reason: `auto: what is left for a large model (${absent.message})` });
  expect((await model.generate("c")).text).toBe("fedcba");
  await model.dispose();
  await expect(load(join(root, "large"), { device: "cuda", worker: false })).rejects.toThrow(absent);
  spy.mockRestore();
});
