import { initialize } from "@s2s/graph-builder";
import { UserError } from "@s2s/runtime";
import type { State, StateTensor } from "../executor.ts";
import type { FirstRows } from "../first-rows.ts";
import type { Layout, StateLayout } from "./layout.ts";

export interface FirstWeights {
  readonly seed: number;
  /** Saved; without it all is drawn from the seed, but for `firstRows`. */
  readonly state?: State | undefined;
  readonly firstRows?: FirstRows | undefined;
}

/** Fills the flat tensors of a model. */
export function fillWeights(flat: Float32Array, { all, specs }: StateLayout, { seed, state, firstRows }: FirstWeights): void {
  for (const [i, { name, shape, offset, size }] of all.tensors.entries()) {
    flat.set(state ? savedTensor(state, name, shape).data : initialize(specs[i], seed), offset);
    for (const [row, numbers] of (!state && firstRows?.get(name)) || []) {
      if (numbers.length * shape[0] !== size) throw new Error(`${name}[${shape}] has no row of ${numbers.length} numbers`);
      flat.set(numbers, offset + row * numbers.length);
    }
  }
}

/** Fills the flat slots from a saved state; without one they stay zero. */
export function fillSlots(flat: Float32Array, layout: Layout, state?: State): void {
  if (!state) return;
  for (const { name, shape, offset } of layout.tensors) flat.set(savedTensor(state, name, shape).data, offset);
}

function savedTensor(state: State, name: string, shape: readonly number[]): StateTensor {
  const tensor = state.get(name);
  if (!tensor) throw new UserError(`the checkpoint has no tensor ${name}: it is of another model or optimizer`);
  if (tensor.shape.join() !== shape.join())
    throw new UserError(
      `the checkpoint's ${name} is [${tensor.shape.join(", ")}], the model's [${shape.join(", ")}]: it is of another model`,
    );
  return tensor;
}

/** Copies flat tensors into a state of their own. */
export function* stateOf(flat: Float32Array, layout: Layout): Generator<[string, StateTensor]> {
  for (const { name, shape, offset, size } of layout.tensors)
    yield [name, { shape, data: Float32Array.from(flat.subarray(offset, offset + size)) }];
}
