// What a program needs that does more with a bundle than answer, such as the trainer's step; in Node and in pages alike.
import { platform } from "#platform";
import { type Bundle, openBundle, type OpenOptions } from "./bundle.ts";
import type { SourceOptions } from "./source/progress.ts";
import { type BundleSource, openSource } from "./source/source.ts";

export type { Bundle, BundleFiles } from "./bundle.ts";
/** What answers in the calling thread: for a worker that does more than that. */
export { Engine } from "./engine/engine.ts";
export { UserError } from "./errors.ts";
export { given } from "./given.ts";
export { namesOf } from "./names-of.ts";
export { csvCell, type NamedRow, seriesRows } from "./predict/csv.ts";
export { contentSource } from "./model-source.ts";
export type { Source } from "./model-source.ts";
export { openGraph } from "./open-graph.ts";
export { Queue } from "./queue.ts";
export { search } from "./search/search.ts";
export { Seq2Seq } from "./seq2seq.ts";
export { StepGraphs } from "./step-graphs.ts";
export type { States } from "./seq2seq.ts";
export { sha256 } from "./source/sha256.ts";
export type { DownloadProgress } from "./source/progress.ts";
export type { BundleSource } from "./source/source.ts";
export { targetIds } from "./target-order.ts";
export { cutterOf } from "./tokenizers/cut.ts";
export type { Tokenizer } from "./tokenizers/tokenizer.ts";
export { END_ID, PAD_ID, START_ID, UNKNOWN_ID } from "./vocabulary.ts";
export { wasmBeside } from "./scripts/wasm-beside.ts";

/**
 * Opens a bundle from wherever `load` takes one, and checks what a precision needs of it.
 * @throws UserError as `load` does
 */
export async function openBundleAt(source: BundleSource, options: SourceOptions & Pick<OpenOptions, "precision"> = {}): Promise<Bundle> {
  const address = typeof source === "string" || source instanceof URL ? platform.resolveAddress(source) : source;
  const { precision, ...rest } = options;
  return openBundle(await openSource(address, { ...rest, openPath: platform.openPath }), { precision });
}
