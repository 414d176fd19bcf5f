import type { LoadProgress } from "../engine/service.ts";
import type { LoadOptions } from "../load.ts";
import type { Model } from "../model.ts";

/** How a model is loaded; elements that agree in all of it share one model. */
export interface ModelSettings extends Pick<LoadOptions, "device" | "precision" | "worker" | "cache"> {
  /** Absolute address of the bundle. */
  readonly src: string;
}

export interface Share {
  readonly model: Promise<Model>;
  /** Gives the share back. The last one ends a load under way or disposes of the model. */
  release(): void;
}

interface Entry {
  readonly model: Promise<Model>;
  readonly controller: AbortController;
  readonly listeners: Set<(progress: LoadProgress) => void>;
  progress: LoadProgress | undefined;
  shares: number;
}

/** The models of a page: each is loaded once, for as long as somebody has a share in it. */
export class SharedModels {
  readonly #load: (src: string, options: LoadOptions) => Promise<Model>;
  readonly #entries = new Map<string, Entry>();

  constructor(load: (src: string, options: LoadOptions) => Promise<Model>) {
    this.#load = load;
  }

  /** Takes a share; who comes while the model is being loaded is told at once how far that is. */
  acquire(settings: ModelSettings, onProgress: (progress: LoadProgress) => void): Share {
    const key = settingsKey(settings);
    const entry = this.#entries.get(key) ?? this.#start(key, settings);
    entry.shares += 1;
    entry.listeners.add(onProgress);
    if (entry.progress) onProgress(entry.progress);
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      entry.listeners.delete(onProgress);
      entry.shares -= 1;
      if (entry.shares === 0) this.#end(key, entry);
    };
    return { model: entry.model, release };
  }

  #start(key: string, { src, device, precision, worker, cache }: ModelSettings): Entry {
    const controller = new AbortController();
    const listeners: Entry["listeners"] = new Set();
    const onProgress = (progress: LoadProgress): void => {
      entry.progress = progress;
      for (const listener of listeners) listener(progress);
    };
    // One by one: what else a caller's settings hold (the task) is no option of a model, and would be refused.
    const options: LoadOptions = { device, precision, worker, cache, signal: controller.signal, onProgress };
    // Later, since it may report progress before there is an entry.
    const model = Promise.resolve().then(() => this.#load(src, options));
    const entry: Entry = { model, controller, listeners, progress: undefined, shares: 0 };
    this.#entries.set(key, entry);
    // So that the next one who asks tries again.
    model.catch(() => this.#forget(key, entry));
    return entry;
  }

  #end(key: string, entry: Entry): void {
    this.#forget(key, entry);
    entry.controller.abort();
    void entry.model.then(
      (model) => model.dispose(),
      () => undefined,
    );
  }

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}

export function settingsKey({ src, device, precision, worker, cache }: ModelSettings): string {
  return JSON.stringify([src, device, precision, worker, cache]);
}
