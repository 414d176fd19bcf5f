import { type ParameterSpec, initialize } from "@s2s/graph-builder";
import { bytesOf } from "./files.ts";
import { encodeHeader } from "./safetensors-header.ts";
import type { SafetensorsHeader } from "./safetensors-header.ts";

/** Numbers that are in memory at a time. */
const PIECE = 2 ** 22;

/** A safetensors file of first weights, as chunks that are made while they are written: models of any size take a few megabytes. */
export function initialWeights(
  specs: readonly ParameterSpec[],
  seed: number,
  metadata: Readonly<Record<string, string>>,
): { readonly header: SafetensorsHeader; readonly chunks: Iterable<Uint8Array> } {
  const { bytes, header } = encodeHeader(new Map(specs.map(({ name, shape }) => [name, { dtype: "F32" as const, shape }])), metadata);
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  return {
    header,
    chunks: chunksOf(
      bytes,
      [...header.tensors.keys()].map((name) => byName.get(name)!),
      seed,
    ),
  };
}

function* chunksOf(header: Uint8Array, specs: readonly ParameterSpec[], seed: number): Generator<Uint8Array> {
  yield header;
  for (const spec of specs) {
    const size = spec.shape.reduce((a, b) => a * b, 1);
    for (let from = 0; from < size; from += PIECE) yield bytesOf(initialize(spec, seed, from, Math.min(from + PIECE, size)));
  }
}
