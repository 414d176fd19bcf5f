import { type Graph, type StoredTensor, type TracedVariant, serialize } from "@s2s/graph-builder";
import { type Session, type SessionOptions, Tensor, createSession } from "@s2s/runtime/ort";
import type { Numbers, Tensor as Given } from "./run-graph.ts";

/** What a variant stores of float32 weights. */
export function storedOf(variant: TracedVariant, weights: Readonly<Record<string, Given>>): Map<string, StoredTensor> {
  const stored = new Map<string, StoredTensor>();
  for (const [name, { shape, data }] of Object.entries(weights))
    for (const [part, tensor] of variant.store(name, shape, data as Float32Array)) stored.set(part, tensor);
  return stored;
}

/** The numbers that stored weights stand for, computed here from the description of the formats alone. */
export function meaningOf(stored: ReadonlyMap<string, StoredTensor>): Map<string, { shape: readonly number[]; data: Float64Array }> {
  const meant = new Map<string, { shape: readonly number[]; data: Float64Array }>();
  for (const [name, { shape, data }] of stored) {
    if (name.endsWith(".scale")) continue;
    if (data instanceof Uint8Array) {
      const scale = stored.get(`${name}.scale`)!;
      const columns = data.length / shape[0];
      const byRow = shape[0] > 1 && scale.shape[0] === shape[0];
      meant.set(name, {
        shape,
        data: Float64Array.from(data, (q, i) => (q - 128) * Number(scale.data[byRow ? Math.floor(i / columns) : i % scale.data.length])),
      });
    } else meant.set(name, { shape, data: Float64Array.from(data, data instanceof Uint16Array ? half : Number) });
  }
  return meant;
}

/** The number that IEEE 754 half-precision bits mean. */
export function half(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

const bytesOf = ({ data }: StoredTensor): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** A graph loaded with its weights inside; the runtime checks every shape that the builder inferred. */
export function openGraph(graph: Graph, stored: ReadonlyMap<string, StoredTensor>, options: SessionOptions = {}): Promise<Session> {
  const embedded = new Map([...stored].map(([name, tensor]) => [name, bytesOf(tensor)]));
  return createSession(serialize(graph, { embedded, valueInfo: true }), { threads: 1, ...options });
}

/** Runs it once. */
export async function runOnce(session: Session, feeds: Readonly<Record<string, Given>>): Promise<Record<string, Numbers>> {
  const inputs = Object.fromEntries(
    Object.entries(feeds).map(([name, { type, shape, data }]) => [name, new Tensor(type as "float32", data as Float32Array, shape)]),
  );
  const outputs = await session.run(inputs);
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Numbers]));
}
