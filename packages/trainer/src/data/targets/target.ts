import type { Manifest, OutputConfig } from "@s2s/runtime/manifest";
import type { BatchTensor } from "../../executor.ts";
import type { TargetSide } from "../../tasks/text-sides.ts";
import type { ReadSources } from "../sources/source.ts";

/** What a model is to give, by index. */
export interface Targets {
  readonly count: number;
  /** What examples are sorted by besides their sources; 0 where all are alike. */
  lengthOf(index: number): number;
  /** Terms of the loss. */
  units(index: number): number;
  /** Those at `indices` as inputs of the training graphs. @param sourceLength padded steps of the sources beside them */
  tensors(indices: Uint32Array, bucket: number, sourceLength: number): Record<string, BatchTensor>;
}

/** Targets that have been read, and the output that gives such. */
export interface ReadTargets {
  readonly targets: Targets;
  output(sources: ReadSources): OutputConfig;
  /** Where they are text. */
  readonly side?: TargetSide;
  /** Where they are labels. */
  readonly labels?: NonNullable<Manifest["labels"]>;
  readonly files: Readonly<Record<string, string>>;
  /** Whether a target is short enough in the tokens that were learned (default: all are). */
  fits?(index: number): boolean;
  /** For another file with targets in the same terms. */
  again(): TargetReader;
}

/** How many steps a source has, and what one is called. */
export interface SourceSteps {
  readonly count: number;
  readonly noun: "token" | "step";
}

/** Takes targets one by one, as they stand in a file. */
export interface TargetReader {
  /** False for one that is longer than it may be. @param steps of the source, where it has some @throws UserError for what is no such target */
  accepts(target: string, steps: SourceSteps | undefined, where: string): boolean;
  push(target: string, where: string): void;
  finish(train: Uint32Array): ReadTargets;
}
