import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ParameterSpec, initialize } from "@s2s/graph-builder";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { initialWeights } from "../src/initial-weights.ts";
import { SafetensorsFile, encodeSafetensors } from "../src/safetensors.ts";
import { temporaryFolder } from "./support/toy-run.ts";

let temporary: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  temporary = temporaryFolder();
});
afterEach(() => temporary.remove());

const specs: ParameterSpec[] = [
  { name: "b", shape: [2100, 2000], init: { kind: "normal", deviation: 0.5 } },
  { name: "a", shape: [3], init: { kind: "ones" } },
  { name: "c.w", shape: [5, 7], init: { kind: "uniform", bound: 0.08 } },
];

describe("first weights made piece by piece", () => {
  test("are the bytes of the same made at once", async () => {
    const whole = encodeSafetensors(new Map(specs.map((spec) => [spec.name, { shape: spec.shape, data: initialize(spec, 7) }])), {
      format: "x",
    });
    const { header, chunks } = initialWeights(specs, 7, { format: "x" });
    const parts = [...chunks];
    expect(header).toEqual(whole.header);
    expect(Buffer.concat(parts).equals(Buffer.concat(whole.chunks))).toBe(true);
    expect(Math.max(...parts.map(({ byteLength }) => byteLength))).toBeLessThan(2 ** 25);
    const path = join(temporary.path, "weights.safetensors");
    writeFileSync(path, Buffer.concat(parts));
    const file = await SafetensorsFile.open(path);
    const data = (await file.read("b")).data as Float32Array;
    await file.close();
    // Across the border of two pieces the numbers go on as a distribution of their own: no piece begins anew.
    expect(new Set(data.slice(2 ** 22 - 50, 2 ** 22 + 50)).size).toBe(100);
    expect(data[2 ** 22]).not.toBe(data[0]);
  });
});
