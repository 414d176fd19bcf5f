import { type BundleSource, type DownloadProgress, openBundleAt } from "@s2s/runtime/parts";
import type { TrainerOptions } from "./options.ts";
import { Trainer } from "./trainer.ts";

/** Where the bundle comes from, how that is followed, and how it is trained. */
export interface OpenTrainerOptions extends TrainerOptions {
  /** Whether a page may keep the files for the next visit (default true). */
  readonly cache?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/**
 * Opens a bundle to train it further, from wherever `load` takes one: a folder or an address, or files in memory.
 *
 *     const trainer = await openTrainer("bundle/");
 *     for await (const { loss } of trainer.epoch([["3 mai 2021", "2021-05-03"]])) console.log(loss);
 *     const model = await load(await trainer.bundle());
 *
 * Everything happens in the calling thread, which a step blocks: a page does it in a worker.
 * @throws UserError as `load` does, and where the bundle has no training graph
 */
export async function openTrainer(source: BundleSource, options: OpenTrainerOptions = {}): Promise<Trainer> {
  const { cache, signal, onProgress, ...training } = options;
  return Trainer.open(await openBundleAt(source, { precision: "float32", cache, signal, onProgress }), training);
}
