import { UserError } from "../errors.ts";
import type { LoadProgress } from "../engine/service.ts";
import type { Model } from "../model.ts";
import { settingsKey, type ModelSettings, type Share, type SharedModels } from "./shared-models.ts";

export interface HolderEvents {
  readonly onProgress: (progress: LoadProgress) => void;
  /** What has to be there for a model before it is ready. */
  readonly prepare: (model: Model) => Promise<void>;
  readonly onReady: (model: Model) => void;
  readonly onFail: (error: Error) => void;
}

/** What an element wants of a model. */
export interface Wish extends ModelSettings {
  /** The task that the page expects the model to have; "" for any. */
  readonly task: string;
}

interface Held {
  readonly key: string;
  readonly share: Share;
  readonly model: Promise<Model>;
}

/** An element's hold on one model at a time. Nothing is reported of a model that is no longer held. */
export class ModelHolder {
  readonly #models: SharedModels;
  readonly #events: HolderEvents;
  #held: Held | undefined;

  constructor(models: SharedModels, events: HolderEvents) {
    this.#models = models;
    this.#events = events;
  }

  /** Whether a model is held that is loaded or being loaded. */
  get holding(): boolean {
    return this.#held !== undefined;
  }

  holds(wish: Wish): boolean {
    return this.#held?.key === wishKey(wish);
  }

  /** The model that is wished for; another one is released. After a failure the next call tries again. */
  hold(wish: Wish): Promise<Model> {
    const key = wishKey(wish);
    if (this.#held?.key === key) return this.#held.model;
    this.release();
    const share = this.#models.acquire(wish, this.#events.onProgress);
    const prepared = async (model: Model): Promise<Model> => {
      checkTask(model, wish);
      await this.#events.prepare(model);
      return model;
    };
    const held: Held = { key, share, model: share.model.then(prepared) };
    this.#held = held;
    held.model.then(
      (model) => {
        if (this.#held === held) this.#events.onReady(model);
      },
      (error: Error) => {
        share.release();
        if (this.#held !== held) return;
        this.#held = undefined;
        this.#events.onFail(error);
      },
    );
    return held.model;
  }

  release(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.share.release();
  }
}

function wishKey(wish: Wish): string {
  return `${wish.task} ${settingsKey(wish)}`;
}

function checkTask(model: Model, { task, src }: Wish): void {
  const { task: own } = model.manifest;
  if (task === "" || task === own) return;
  throw new UserError(`<s2s-model task="${task}">: the model at ${src} is one for task="${own}"; change the attribute or src`);
}
