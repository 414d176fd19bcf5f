import type { Source } from "@s2s/runtime/parts";
import type { Batch } from "../executor.ts";
import type { Examples } from "./examples.ts";
import type { Sources } from "./sources/source.ts";
import type { Targets } from "./targets/target.ts";

/** What goes in beside what comes out: examples of any kind of the one with any kind of the other. */
export class PairedExamples implements Examples {
  readonly #sources: Sources;
  readonly #targets: Targets;
  /** Which of them. */
  readonly #places: Uint32Array;

  constructor(sources: Sources, targets: Targets, places = Uint32Array.from({ length: sources.count }, (_, i) => i)) {
    this.#sources = sources;
    this.#targets = targets;
    this.#places = places;
  }

  get count(): number {
    return this.#places.length;
  }
  lengths(example: number): readonly [number, number] {
    const place = this.#places[example]!;
    return [this.#targets.lengthOf(place), this.#sources.lengthOf(place)];
  }
  units(example: number): number {
    return this.#targets.units(this.#places[example]!);
  }
  collate(examples: Uint32Array, bucket: number): Batch {
    const places = examples.map((example) => this.#places[example]!);
    const sources = this.#sources.tensors(places, bucket);
    const targets = this.#targets.tensors(places, bucket, sources.source?.shape[1] ?? 0);
    const units = Array.from(examples, (example) => this.units(example)).reduce((a, b) => a + b, 0);
    return { size: examples.length, tensors: { ...sources, ...targets }, units };
  }

  /** A source as a search takes it. */
  sourceOf(example: number): Source {
    return this.#sources.sourceOf(this.#places[example]!);
  }

  /** Those at `examples`, in that order, without copying them. */
  select(examples: Uint32Array): PairedExamples {
    return new PairedExamples(
      this.#sources,
      this.#targets,
      examples.map((example) => this.#places[example]!),
    );
  }
}
