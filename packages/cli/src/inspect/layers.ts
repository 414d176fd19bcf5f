import type { TensorInfo } from "@s2s/runtime/manifest";

/** The parameters of one layer: those whose names differ in the last part alone (`encoder.layers.0.wx`, `encoder.layers.0.b`). */
export interface Layer {
  readonly name: string;
  readonly parameters: number;
  readonly tensors: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[];
}

type Shaped = Pick<TensorInfo, "name" | "shape">;

/** Numbers in all tensors together. */
export function elements(tensors: readonly Shaped[]): number {
  return tensors.reduce((sum, { shape }) => sum + shape.reduce<number>((product, size) => product * Number(size), 1), 0);
}

/** The layers of some parameters, in the order of their first one. */
export function layersOf(parameters: readonly Shaped[]): Layer[] {
  const groups = new Map<string, Shaped[]>();
  for (const parameter of parameters) {
    const layer = parameter.name.slice(0, Math.max(0, parameter.name.lastIndexOf("."))) || parameter.name;
    groups.set(layer, [...(groups.get(layer) ?? []), parameter]);
  }
  return [...groups].map(([name, tensors]) => ({
    name,
    parameters: elements(tensors),
    tensors: tensors.map((tensor) => ({ name: tensor.name.slice(tensor.name.lastIndexOf(".") + 1), shape: tensor.shape })),
  }));
}
