import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storedTensors } from "@s2s/graph-builder";
import { SafetensorsFile, modelConfig, readGraphsManifest, readRunConfig, resolveConfig } from "@s2s/trainer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PRESETS } from "../src/recipes/presets.ts";
import { runHere } from "./support/capture.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "s2s-presets-"))));
afterAll(() => rm(folder, { recursive: true }));

describe("the preset sutskever2014", () => {
  it("is the paper's model: 384 million parameters", () => {
    const model = modelConfig(resolveConfig(PRESETS["sutskever2014"], "preset"), { source: 160_000, target: 80_000 });
    const sizes = storedTensors(model).map(({ shape }) => shape.reduce((a, b) => a * b, 1));
    const layer = 2 * 1000 * 4000 + 4000;
    expect(sizes.reduce((a, b) => a + b)).toBe(160_000 * 1000 + 80_000 * 1000 + 8 * layer + 1001 * 80_000);
  });

  it("gives graphs in other sizes, trained as the paper does", async () => {
    const sizes = ["--hidden", "8", "--embedding", "6", "--source-vocab", "30", "--target-vocab", "20"];
    const graphs = join(folder, "graphs");
    const { code, stderr } = await runHere("build-graph", "--preset", "sutskever2014", ...sizes, "--out", graphs);
    expect(code, stderr).toBe(0);
    const manifest = await readGraphsManifest(graphs);
    expect(manifest).toMatchObject({
      model: { encoder: { layers: 4, hidden: 8, reverseSource: true }, output: { layers: 4, attention: "none", vocabulary: 20 } },
      training: { optimizer: "sgd", clipNorm: 5 },
    });
    const weights = await SafetensorsFile.open(join(graphs, "weights.safetensors"));
    const numbers: number[] = [];
    for (const name of weights.header.tensors.keys()) numbers.push(...((await weights.read(name)).data as Float32Array));
    await weights.close();
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
    expect([least, most]).toEqual([expect.closeTo(-0.08, 3), expect.closeTo(0.08, 3)]);
    expect(Math.max(-least, most)).toBeLessThanOrEqual(Math.fround(0.08));
  });

  it("trains, with what is given beside it; its whole configuration stands in the run", async () => {
    const pairs = join(folder, "pairs.tsv");
    await writeFile(pairs, "a b c\tx y\nb c\ty\na c\tx\nc a b\ty x\n".repeat(5));
    const run = join(folder, "run");
    const given = ["--data", pairs, "--hidden", "8", "--embedding", "6", "--epochs", "1", "--threads", "1"];
    const { code, stderr } = await runHere("train", "--preset", "sutskever2014", ...given, "--out", run);
    expect(code, stderr).toBe(0);
    expect(await readRunConfig(run)).toMatchObject({
      data: { train: pairs },
      source: { tokens: "word", vocabulary: 160_000 },
      decoder: { layers: 4, hidden: 8 },
      training: { optimizer: "sgd", learningRate: 0.7, batchSize: 128, schedule: "halving", epochs: 1, lossChunk: 512 },
    });
  });
});
