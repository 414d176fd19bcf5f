import { rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { AVERAGE } from "@s2s/graph-builder";
import { UserError } from "@s2s/runtime";
import * as v from "valibot";
import type { State } from "./executor.ts";
import { exists, makeFolder, writeFileAtomically, writing } from "./files.ts";
import { finiteFigures } from "./finite-figures.ts";
import { PositionSchema, ValidationSchema } from "./position.ts";
import type { Position, ValidationFigures } from "./position.ts";
import { DamagedFileError } from "./safetensors-header.ts";
import { readSealed, seal } from "./sealed-file.ts";

const RecordSchema = v.strictObject({ position: PositionSchema, configHash: v.string(), dataHash: v.string() });

const BestSchema = v.strictObject({
  epoch: v.number(),
  step: v.number(),
  validation: v.nullable(ValidationSchema),
});

/** A training run between two steps: weights and optimiser slots, the position, and what configuration and data it belongs to. */
export interface Checkpoint {
  readonly state: State;
  readonly position: Position;
  readonly configHash: string;
  readonly dataHash: string;
}

/** The weights of the best epoch, without optimiser slots. */
export interface BestWeights {
  readonly weights: State;
  readonly epoch: number;
  readonly step: number;
  /** null where nothing was held out. */
  readonly validation: ValidationFigures | null;
}

export interface LoadedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Set where `last` could not be used: which file, and why. */
  readonly fallback?: { readonly file: string; readonly reason: string; readonly used: string };
}

/** The weights alone (slots are named `<slot>/<parameter>`), as their moving average where there is one. */
export function weightsOf(state: State): State {
  const weights = [...state].filter(([name]) => !name.includes("/"));
  return new Map(weights.map(([name, tensor]) => [name, state.get(`${AVERAGE}/${name}`) ?? tensor]));
}

/** The checkpoints of a run: `last.safetensors`, the one before it as `previous.safetensors`, and `best.safetensors`. */
export class CheckpointFolder {
  readonly last: string;
  readonly previous: string;
  readonly best: string;
  readonly #folder: string;
  #lastIsSound = true;

  constructor(folder: string) {
    this.#folder = folder;
    this.last = join(folder, "last.safetensors");
    this.previous = join(folder, "previous.safetensors");
    this.best = join(folder, "best.safetensors");
  }

  /** Saves the newest state; the older one becomes `previous`. Whatever happens meanwhile, one whole checkpoint stays. */
  async save({ state, position, configHash, dataHash }: Checkpoint): Promise<void> {
    await this.#create();
    const { best } = position;
    const sound = { ...position, best: best && { ...best, validation: best.validation && finiteFigures(best.validation) } };
    const chunks = await seal(state, { position: sound, configHash, dataHash } satisfies v.InferOutput<typeof RecordSchema>);
    await writeFileAtomically(this.last, chunks, async () => {
      // A damaged `last` must not replace the sound `previous` that the run came back to.
      if (this.#lastIsSound && (await exists(this.last))) await rename(this.last, this.previous);
    });
    this.#lastIsSound = true;
  }

  /**
   * The newest checkpoint that is whole; undefined where none was saved yet.
   * @throws UserError where `last` and `previous` are both damaged.
   */
  async load(): Promise<LoadedCheckpoint | undefined> {
    const last = await attempt(this.last);
    if (last.checkpoint !== undefined) return { checkpoint: last.checkpoint };
    const previous = await attempt(this.previous);
    if (previous.checkpoint !== undefined) {
      this.#lastIsSound = false;
      return { checkpoint: previous.checkpoint, fallback: { file: this.last, reason: last.reason, used: this.previous } };
    }
    if (last.missing && previous.missing) return undefined;
    const reasons = `${basename(this.last)} ${last.reason}, ${basename(this.previous)} ${previous.reason}`;
    throw new UserError(`${this.#folder}: no checkpoint is whole (${reasons}); restore one from a copy or train again into another folder`);
  }

  async saveBest({ weights, epoch, step, validation }: BestWeights): Promise<void> {
    await this.#create();
    const record = { epoch, step, validation: validation && finiteFigures(validation) };
    await writeFileAtomically(this.best, await seal(weights, record satisfies v.InferOutput<typeof BestSchema>));
  }

  /** @throws UserError where the file is missing or damaged. */
  async loadBest(): Promise<BestWeights> {
    const { tensors, record } = await readSealed(this.best, BestSchema);
    return { weights: tensors, ...record };
  }

  async #create(): Promise<void> {
    await writing(this.#folder, () => makeFolder(this.#folder));
  }
}

type Attempt =
  | { readonly checkpoint: Checkpoint }
  | { readonly checkpoint?: undefined; readonly missing: boolean; readonly reason: string };

async function attempt(path: string): Promise<Attempt> {
  if (!(await exists(path))) return { missing: true, reason: "is missing" };
  try {
    const { tensors, record } = await readSealed(path, RecordSchema);
    return { checkpoint: { state: tensors, ...record } };
  } catch (error) {
    if (error instanceof DamagedFileError) return { missing: false, reason: `is damaged: ${error.what}` };
    throw error;
  }
}
