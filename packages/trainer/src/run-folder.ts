import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { CheckpointFolder } from "./checkpoint.ts";
import type { Config } from "./config.ts";
import type { DataRecord } from "./data-record.ts";
import { exists, makeFolder, namesIn, textChunk, writeFileAtomically, writing } from "./files.ts";
import { readResolvedConfig } from "./load-config.ts";
import { takeLock } from "./lock.ts";

const CONFIG = "config.json";
const LOCK = "train.lock";

/** Where the parts of a run lie. */
export interface RunPaths {
  /** The resolved configuration: every default filled in. Its presence makes a folder a run. */
  readonly config: string;
  /** Where the validation examples came from. */
  readonly data: string;
  /** Training graphs, where somebody asked for them. */
  readonly graphs: string;
  readonly checkpoints: string;
  readonly metrics: string;
  /** The exported model with the best weights. */
  readonly bundle: string;
}

export function runPaths(folder: string): RunPaths {
  return {
    config: join(folder, CONFIG),
    data: join(folder, "data.json"),
    graphs: join(folder, "graphs"),
    checkpoints: join(folder, "checkpoints"),
    metrics: join(folder, "metrics.jsonl"),
    bundle: join(folder, "bundle"),
  };
}

/** A run's folder, locked by this process until `release`. */
export class RunFolder {
  readonly path: string;
  readonly paths: RunPaths;
  readonly checkpoints: CheckpointFolder;
  readonly release: () => Promise<void>;

  private constructor(path: string, release: () => Promise<void>) {
    this.path = path;
    this.paths = runPaths(path);
    this.checkpoints = new CheckpointFolder(this.paths.checkpoints);
    this.release = release;
  }

  /** Starts a run in a new or empty folder. @throws UserError where the folder holds a run or anything else, or cannot be written */
  static async create(path: string, config: Config): Promise<RunFolder> {
    await refuseUsedFolder(path);
    await writing(path, () => makeFolder(path));
    return RunFolder.#locked(path, async (run) => {
      await refuseUsedFolder(path);
      await run.writeConfig(config);
    });
  }

  /** Opens a folder that holds a run, to go on with it. @throws UserError where it holds none or another process trains in it */
  static async open(path: string): Promise<RunFolder> {
    await readRunConfig(path);
    return RunFolder.#locked(path, async () => {});
  }

  static async #locked(path: string, prepare: (run: RunFolder) => Promise<void>): Promise<RunFolder> {
    const run = new RunFolder(path, await takeLock(join(path, LOCK), path));
    try {
      await prepare(run);
      return run;
    } catch (error) {
      await run.release();
      throw error;
    }
  }

  async writeConfig(config: Config): Promise<void> {
    await writeFileAtomically(this.paths.config, textChunk(`${JSON.stringify(config, null, 2)}\n`));
  }

  /** Writes down where the validation pairs came from, so that an export can be measured on them. */
  async writeData(record: DataRecord): Promise<void> {
    await writeFileAtomically(this.paths.data, textChunk(`${JSON.stringify(record, null, 2)}\n`));
  }

  /** Writes the files of tokens and labels that are missing; all of them where the run begins and has no weights yet that rely on them. */
  async writeFiles(files: Readonly<Record<string, string>>, begins: boolean): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.path, name);
      if (begins || !(await exists(path))) await writeFileAtomically(path, textChunk(text));
    }
  }
}

/** The resolved configuration of a run. @throws UserError where the folder holds no run or its configuration is damaged */
export async function readRunConfig(folder: string): Promise<Config> {
  if (!(await holdsRun(folder)))
    throw new UserError(`${folder}: holds no run (no ${CONFIG}); give a folder that \`s2s train --out\` wrote`);
  return readResolvedConfig(runPaths(folder).config);
}

/** Whether a folder holds a run. */
export function holdsRun(folder: string): Promise<boolean> {
  return exists(runPaths(folder).config);
}

/** @throws UserError where a new run may not be written to `folder`: early, before a corpus is read for nothing */
export async function refuseUsedFolder(folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (names.includes(CONFIG)) {
    throw new UserError(`${folder}: holds a run already; go on with it by \`--resume ${folder}\`, or give another --out`);
  }
  const foreign = names.filter((name) => !name.startsWith(LOCK) && name !== `${CONFIG}.tmp`);
  if (foreign.length > 0) throw new UserError(`${folder}: is not empty (${foreign[0]}); give a new or an empty folder as --out`);
}
