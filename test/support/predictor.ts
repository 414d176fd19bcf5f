import type { InputConfig, ModelConfig, OutputConfig } from "@s2s/runtime/manifest";
import type { PredictedExample } from "@s2s/parity";
import { numbers } from "./check-gradient.ts";
import type { Tensor } from "./run-graph.ts";

const image = { channels: 2, height: 7, width: 9, filters: [3, 4], kernel: 3, normalization: "none", features: 5 } as const;

/** Sizes differ from each other, so that a swapped axis cannot pass. */
export const inputs = {
  tokens: { kind: "tokens", vocabulary: 11, embedding: 3 },
  vectors: { kind: "vectors", width: 4 },
  vector: { kind: "vector", width: 6 },
  image: { kind: "image", ...image, filters: [3, 4] },
  "image, batch normalisation": { kind: "image", ...image, filters: [3, 4], normalization: "batch" },
  "image, layer normalisation, an even window": { kind: "image", ...image, filters: [3], kernel: 2, normalization: "layer" },
  "frames, batch normalisation": { kind: "frames", ...image, filters: [3], normalization: "batch" },
} as const satisfies Record<string, InputConfig>;

export type InputName = keyof typeof inputs;

const hasSteps = ({ kind }: InputConfig): boolean => kind === "tokens" || kind === "vectors" || kind === "frames";

export function predictorOf(
  name: InputName,
  output: OutputConfig,
  encoder: Partial<NonNullable<ModelConfig["encoder"]>> = {},
): ModelConfig {
  const input: InputConfig = inputs[name];
  const plain = { cell: "lstm", hidden: 5, layers: 1, bidirectional: false, reverseSource: false, residual: false } as const;
  return { input, encoder: hasSteps(input) ? { ...plain, ...encoder } : null, output };
}

/** Sources of 5, 2 and 4 steps, where they have steps. */
export const LENGTHS = [5, 2, 4];

/** Three examples with pairwise distinct numbers. */
export function examplesOf({ input, output }: ModelConfig): PredictedExample[] {
  return LENGTHS.map((steps, n): PredictedExample => {
    const count = hasSteps(input) ? steps : 1;
    const vector = (size: number, t: number): Float64Array => numbers(size, 10 * n + t + 1, "channels" in input ? 0 : -1, 1);
    const source =
      input.kind === "tokens"
        ? [...numbers(count, n + 1, 4, 11)].map(Math.floor)
        : Array.from({ length: count }, (_, t) => vector(sizeOf(input), t));
    return { source, target: targetOf(output, count, n) };
  });
}

function sizeOf(input: InputConfig): number {
  if ("channels" in input) return input.channels * input.height * input.width;
  return "width" in input ? input.width : 1;
}

function targetOf(output: OutputConfig, steps: number, n: number): number[][] {
  if (output.kind === "label") return [[(2 * n) % output.classes]];
  if (output.kind === "labels") return Array.from({ length: steps }, (_, t) => [(3 * n + t) % output.classes]);
  if (output.kind !== "numbers") throw new Error(`no example of ${output.kind}`);
  return Array.from({ length: output.steps }, (_, t) => [...numbers(output.width, 100 * (n + 1) + t)]);
}

/** A padded batch as inputs of the graphs; `extra` more padding than needed, of numbers that would be seen. */
export function predictorBatch(
  { input, output }: ModelConfig,
  examples: readonly PredictedExample[],
  type: "float32" | "float64",
  extra = 0,
): Record<string, Tensor> {
  const float = (shape: readonly number[], data: readonly number[]): Tensor => ({
    type,
    shape,
    data: type === "float64" ? Float64Array.from(data) : Float32Array.from(data),
  });
  const int32 = (shape: readonly number[], data: readonly number[]): Tensor => ({ type: "int32", shape, data: Int32Array.from(data) });
  const B = examples.length;
  const lengths = examples.map(({ source }) => source.length);
  const S = Math.max(...lengths) + (hasSteps(input) ? extra : 0);
  const padded = (rows: readonly (number | Float64Array)[], filler: number[]): number[] => [
    ...rows.flatMap((row) => (typeof row === "number" ? [row] : [...row])),
    ...Array.from({ length: S - rows.length }, () => filler).flat(),
  ];
  const shape = "channels" in input ? [input.channels, input.height, input.width] : "width" in input ? [input.width] : [];
  const all = (filler: number): number[] => examples.flatMap(({ source }) => padded(source, Array(sizeOf(input)).fill(filler)));
  const source =
    input.kind === "tokens" ? int32([B, S], all(0)) : hasSteps(input) ? float([B, S, ...shape], all(0.7)) : float([B, ...shape], all(0));
  const rows = (count: number): number[] =>
    examples.flatMap(({ target }) => [...target.flatMap((row) => [...row]), ...Array(count - target.length).fill(-1)]);
  const target =
    output.kind === "label"
      ? int32([B], rows(1))
      : output.kind === "labels"
        ? int32([B, S], rows(S))
        : float([B, examples[0].target.length, examples[0].target[0].length], rows(examples[0].target.length));
  return { source, ...(hasSteps(input) ? { source_lengths: int32([B], lengths) } : {}), target };
}
