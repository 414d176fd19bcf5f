import type { ParameterSpec } from "@s2s/graph-builder";

/** Where each tensor lies in one flat array of float32. */
export interface Layout {
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[]; readonly offset: number; readonly size: number }[];
  readonly length: number;
}

/** Cache lines hold 16 floats; a tensor begins at one. */
const ALIGNMENT = 16;

export function layoutOf(tensors: readonly Pick<ParameterSpec, "name" | "shape">[]): Layout {
  let length = 0;
  const placed = tensors.map(({ name, shape }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const offset = length;
    length += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    return { name, shape, offset, size };
  });
  return { tensors: placed, length };
}

/** Optimiser slots, one tensor of the parameter's shape for each. */
export function slotLayout(parameters: readonly ParameterSpec[], slots: readonly string[]): Layout {
  return layoutOf(parameters.flatMap(({ name, shape }) => slots.map((slot) => ({ name: `${slot}/${name}`, shape }))));
}

export const sharedFloats = (length: number): Float32Array<SharedArrayBuffer> => new Float32Array(new SharedArrayBuffer(length * 4));
