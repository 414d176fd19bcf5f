import type { Batch } from "../executor.ts";
import type { Examples } from "../data/examples.ts";
import { columnTensor, padRows, sourceTensors } from "../data/pad.ts";
import { Sequences } from "../data/sequences.ts";

/** Label of a step that has none: padding, and `</s>`. */
const NO_LABEL = -1;

/** Sequences of tokens with one label each, or with one for each token. */
export class LabelledTexts implements Examples {
  readonly sources: Sequences;
  readonly labels: Sequences;
  readonly perStep: boolean;

  constructor(sources: Sequences, labels: Sequences, perStep: boolean) {
    this.sources = sources;
    this.labels = labels;
    this.perStep = perStep;
  }

  get count(): number {
    return this.sources.count;
  }
  lengths(example: number): readonly [number, number] {
    return [this.sources.lengthOf(example) + 1, 0];
  }
  units(example: number): number {
    return this.labels.lengthOf(example);
  }
  collate(examples: Uint32Array, bucket: number): Batch {
    const source = sourceTensors(this.sources, examples, bucket);
    const rows = Array.from(examples, (example) => this.labels.get(example));
    const target = this.perStep ? padRows(rows, source.source.shape[1]!, NO_LABEL) : columnTensor(rows.map(([label]) => label!));
    return { size: examples.length, tensors: { ...source, target }, units: rows.reduce((sum, { length }) => sum + length, 0) };
  }

  /** Those at the given places. */
  select(examples: Uint32Array): LabelledTexts {
    const [sources, labels] = [new Sequences(), new Sequences()];
    for (const example of examples) {
      sources.push(this.sources.get(example));
      labels.push(this.labels.get(example));
    }
    return new LabelledTexts(sources, labels, this.perStep);
  }
}
