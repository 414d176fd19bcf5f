import type { ParameterSpec, TracedTraining } from "@s2s/graph-builder";

/** Numbers in a row: the memory of every parameter and slot is a matrix of such rows, which threads share among them. */
export const ROW = 32_768;

/** Where each tensor lies in one flat array of float32, whose length is a multiple of `ROW`. */
export interface Layout {
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[]; readonly offset: number; readonly size: number }[];
  readonly length: number;
}

/** Cache lines hold 16 floats; a tensor begins at one. */
const ALIGNMENT = 16;

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

export function layoutOf(tensors: readonly Pick<ParameterSpec, "name" | "shape">[]): Layout {
  let end = 0;
  const placed = tensors.map(({ name, shape }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const offset = end;
    end += roundUp(size, ALIGNMENT);
    return { name, shape, offset, size };
  });
  return { tensors: placed, length: roundUp(end, ROW) };
}

/** What an executor holds of a model: the trained parameters in front, which is what is updated, and behind them, in rows of their own, the rest. */
export interface StateLayout {
  readonly trained: Layout;
  readonly all: Layout;
  /** Of the tensors of `all`, in their order. */
  readonly specs: readonly ParameterSpec[];
  /** Which of them are measured: see `TracedTraining`. */
  readonly statistics: readonly string[];
}

export function stateLayout({ parameters, trained, statistics }: TracedTraining): StateLayout {
  const names = new Set(trained.map(({ name }) => name));
  const kept = [...parameters.filter(({ name }) => !names.has(name)), ...statistics];
  const [first, rest] = [layoutOf(trained), layoutOf(kept)];
  const behind = rest.tensors.map((tensor) => ({ ...tensor, offset: first.length + tensor.offset }));
  return {
    trained: first,
    all: { tensors: [...first.tensors, ...behind], length: first.length + rest.length },
    specs: [...trained, ...kept],
    statistics: statistics.map(({ name }) => name),
  };
}

/** Optimiser slots one behind the other, each laid out as the parameters are; a slot's tensors are named `<slot>/<parameter>`. */
export function slotLayout(parameters: Layout, slots: readonly string[]): Layout {
  const { tensors, length } = parameters;
  return {
    tensors: slots.flatMap((slot, i) =>
      tensors.map(({ name, shape, offset, size }) => ({ name: `${slot}/${name}`, shape, offset: i * length + offset, size })),
    ),
    length: slots.length * length,
  };
}

/** The part [begin, end) of a flat array, in numbers, that one of `workers` updates: whole rows, nearly as many each. */
export function partition(length: number, worker: number, workers: number): readonly [begin: number, end: number] {
  const rows = length / ROW;
  return [Math.floor((rows * worker) / workers) * ROW, Math.floor((rows * (worker + 1)) / workers) * ROW];
}

export const sharedFloats = (length: number): Float32Array<SharedArrayBuffer> => new Float32Array(new SharedArrayBuffer(length * 4));
