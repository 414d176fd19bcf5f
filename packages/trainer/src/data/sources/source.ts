import type { EncoderConfig, InputConfig } from "@s2s/runtime/manifest";
import type { Cutter } from "@s2s/runtime";
import type { Source } from "@s2s/runtime/parts";
import type { BatchTensor } from "../../executor.ts";
import type { TextSide } from "../../tasks/text-sides.ts";

/** What goes into a model, by index. */
export interface Sources {
  readonly count: number;
  /** Steps of a source, `</s>` counted; 0 where it has none, such as an image. */
  lengthOf(index: number): number;
  /** As inputs of training and prediction graphs. */
  tensors(indices: Uint32Array, bucket: number): Record<string, BatchTensor>;
  /** As a search takes it. */
  sourceOf(index: number): Source;
}

/** Sources that have been read, and the model that reads them. */
export interface ReadSources {
  readonly sources: Sources;
  readonly input: InputConfig;
  /** Null where a source is no sequence. */
  readonly encoder: EncoderConfig | null;
  /** Where it is text. */
  readonly side?: TextSide;
  /** Longest source that the model is to accept, in steps. */
  readonly maxLength: number;
  /** Whether a source is short enough in the tokens that were learned (default: all are). */
  fits?(index: number): boolean;
  /** For another file with sources of the same kind. */
  again(file: string): SourceReader;
}

/** Takes sources one by one, as they stand in a file. */
export interface SourceReader {
  /**
   * False where the source is longer than it may be, and is left out.
   * @throws UserError naming `where` for what is no such source
   */
  push(source: unknown, where: string): Promise<boolean>;
  /** How texts are cut, where sources are texts. */
  readonly cutter?: Pick<Cutter, "tokenize" | "detokenize">;
  /** What was pushed; names are learned from the sources at `train` alone. */
  finish(train: Uint32Array): ReadSources;
}
