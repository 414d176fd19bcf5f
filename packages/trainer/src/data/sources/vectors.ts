import { contentSource, UserError } from "@s2s/runtime/parts";
import type { Source } from "@s2s/runtime/parts";
import type { EncoderConfig, InputConfig } from "@s2s/runtime/manifest";
import { lengthLimit } from "../../tasks/lengths.ts";
import { roundUp } from "../examples.ts";
import { columnTensor } from "../pad.ts";
import type { Numbers } from "./numbers.ts";
import { readNumbers } from "./numbers.ts";
import type { SourceReader, Sources } from "./source.ts";

/** Arrays of numbers that have steps, or none: [S, ...] or [...]. */
class NumberSources implements Sources {
  readonly #items: readonly Numbers[];
  readonly #stepwise: boolean;

  constructor(items: readonly Numbers[], stepwise: boolean) {
    this.#items = items;
    this.#stepwise = stepwise;
  }
  get count(): number {
    return this.#items.length;
  }
  lengthOf(index: number): number {
    return this.#stepwise ? this.#items[index]!.shape[0]! : 0;
  }
  tensors(indices: Uint32Array, bucket: number): ReturnType<Sources["tensors"]> {
    const items = Array.from(indices, (index) => this.#items[index]!);
    const inner = items[0]!.shape.slice(this.#stepwise ? 1 : 0);
    const lengths = Array.from(indices, (index) => this.lengthOf(index));
    const longest = this.#stepwise ? [roundUp(Math.max(...lengths), bucket)] : [];
    const shape = [items.length, ...longest, ...inner];
    const width = shape.slice(1).reduce((a, b) => a * b, 1);
    const data = new Float32Array(items.length * width);
    for (const [row, item] of items.entries()) data.set(item.data, row * width);
    const source = { type: "float32", shape, data } as const;
    return this.#stepwise ? { source, source_lengths: columnTensor(lengths) } : { source };
  }
  sourceOf(index: number): Source {
    const { data, shape } = this.#items[index]!;
    return contentSource(data, shape.slice(this.#stepwise ? 1 : 0), this.#stepwise);
  }
}

export interface NumberForm {
  /** Levels of lists of a source. */
  readonly rank: number;
  /** Whether the first of them are steps. */
  readonly stepwise: boolean;
  /** The model's input for sources of this inner shape. @throws Error where the shape is none of it, in words that follow "source" */
  input(shape: readonly number[]): InputConfig;
  readonly encoder: EncoderConfig | null;
  /** Longer ones are left out. */
  readonly longest?: number | undefined;
  /** Numbers that are read from what stands in the file (default: the lists that stand there). */
  load?(source: unknown, where: string, file: string): Promise<Numbers>;
}

/** Sources that are numbers: vectors, vectors by step, images, frames. */
export function numberReader(form: NumberForm, file: string, expected?: readonly number[]): SourceReader {
  const { rank, stepwise, input, encoder, longest = Number.POSITIVE_INFINITY, load } = form;
  const items: Numbers[] = [];
  let shape = expected;
  return {
    async push(source, where) {
      const item = load ? await load(source, where, file) : readNumbers(source, rank, where);
      const own = item.shape.slice(stepwise ? 1 : 0);
      shape ??= own;
      if (own.join() !== shape.join())
        throw new UserError(`${where}: "source" has the form [${own.join(", ")}], but it must be [${shape.join(", ")}]`);
      if (stepwise && item.shape[0]! > longest) return false;
      items.push(item);
      return true;
    },
    finish: () => ({
      sources: new NumberSources(items, stepwise),
      input: input(shape ?? []),
      encoder,
      again: (other) => numberReader(form, other, shape),
      maxLength: stepwise ? lengthLimit(items.reduce((most, item) => Math.max(most, item.shape[0]!), 1)) : 1,
    }),
  };
}
