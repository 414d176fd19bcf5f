import { traceVariant } from "@s2s/graph-builder";
import { PredictorReference } from "@s2s/parity";
import { type ModelConfig, type OutputConfig, PRECISIONS } from "@s2s/runtime/manifest";
import { describe, expect, it } from "vitest";
import { examplesOf, predictorBatch, predictorOf } from "../support/predictor.ts";
import { weightsOf } from "../support/seq2seq.ts";
import { meaningOf, openGraph, runOnce, storedOf } from "../support/variants.ts";

const label = { kind: "label", classes: 7, pooling: "mean" } as const;
const numbers: OutputConfig = { kind: "numbers", width: 2, steps: 4, mode: "recursive", indices: [3, 1] };

const models: Readonly<Record<string, ModelConfig>> = {
  "an image to a label, batch normalisation": predictorOf("image, batch normalisation", label),
  "frames to a label": predictorOf("frames, batch normalisation", label, { bidirectional: true }),
  "tokens to labels": predictorOf("tokens", { kind: "labels", classes: 7 }, { cell: "gru", layers: 2 }),
  "numbers fed back": predictorOf("vectors", numbers),
};

const far = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(b, (value, i) => Math.abs(a[i] - value) / Math.max(1, Math.abs(value))));

/** What a variant answers for one example, and the reference with the numbers that the variant stores. */
async function answers(model: ModelConfig, precision: (typeof PRECISIONS)[number]) {
  const variant = traceVariant(model, precision);
  const stored = storedOf(variant, weightsOf(variant.parameters, "float32"));
  const session = await openGraph(variant.graphs.predict!, stored);
  try {
    const [example] = examplesOf(model);
    const { target: _, ...feeds } = predictorBatch(model, [example], "float32");
    const [found] = Object.values(await runOnce(session, feeds));
    const expected = new PredictorReference(model, meaningOf(stored)).predict(example.source).flatMap((row) => Array.from(row));
    return { found: Array.from(found, Number), expected, stored };
  } finally {
    await session.release();
  }
}

describe.each(Object.entries(models))("%s", (_name, model) => {
  it.each(PRECISIONS)("computes in float32 with the numbers that it stores: %s", async (precision) => {
    const { found, expected } = await answers(model, precision);
    expect(found.length).toBe(expected.length);
    expect(far(found, expected)).toBeLessThanOrEqual(1e-5);
  });
});

describe("int8", () => {
  it("stores a convolution's kernel with a scale for each channel that it gives, statistics as they are", async () => {
    const { stored } = await answers(models["an image to a label, batch normalisation"], "int8");
    expect(stored.get("encoder.cnn.1.w")!.data).toBeInstanceOf(Uint8Array);
    expect(stored.get("encoder.cnn.1.w.scale")!.shape).toEqual([4, 1, 1, 1]);
    expect(stored.get("encoder.cnn.1.norm.variance")!.data).toBeInstanceOf(Float32Array);
  });

  it("computes wide recurrent layers of a head in eight bits, where the operator's products cannot be", async () => {
    const { graphs } = traceVariant(predictorOf("vectors", label, { hidden: 256 }), "int8");
    const operators = new Set(graphs.predict!.nodes.map(({ op }) => op));
    expect(operators).toContain("Scan");
    expect(operators).not.toContain("LSTM");
  });
});
