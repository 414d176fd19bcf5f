import { existsSync, statfsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import { type Finished, type Running, s2s, start } from "../../packages/cli/test/support/bin.ts";

const MEMORY = "/dev/shm";

/** Containers have as little as 64 MiB of it. */
function roomInMemory(): boolean {
  if (!existsSync(MEMORY)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize > 2 ** 29;
}

/** A folder of a test file's own, in which the built `s2s` is called as a person calls it. Gone after the file's last test. */
export class Workplace {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * With a space in its name: people have such folders. In memory where the system has such a place, as a run waits for the disk again and again.
   */
  static async create(): Promise<Workplace> {
    const place = new Workplace(await mkdtemp(join(roomInMemory() ? MEMORY : tmpdir(), "s2s test ")));
    afterAll(() => rm(place.folder, { recursive: true, force: true }));
    return place;
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  async write(name: string, content: string | Uint8Array): Promise<string> {
    const path = this.path(name);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, content);
    return path;
  }

  s2s(args: readonly string[], input?: string | Uint8Array): Promise<Finished> {
    return s2s(args, { cwd: this.folder, ...(input === undefined ? {} : { input }) });
  }

  /** A call that must succeed. Returns what it printed. */
  async ok(...args: string[]): Promise<string> {
    const { code, signal, stdout, stderr } = await this.s2s(args);
    expect({ code, signal }, `s2s ${args.join(" ")}\n${stderr}`).toEqual({ code: 0, signal: null });
    return stdout;
  }

  /** A call that must succeed and print one JSON object on one line. */
  async json<T>(...args: string[]): Promise<T> {
    const stdout = await this.ok(...args, "--json");
    expect(stdout).toMatch(/^\{.*\}\n$/);
    return JSON.parse(stdout) as T;
  }

  /** A call that must be refused: nothing on stdout, one line on stderr, exit code 2. Returns the line. */
  async refused(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.s2s(args);
    expect({ code, stdout, stderr }, `s2s ${args.join(" ")}`).toEqual({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/^s2s: .*\n$/),
    });
    return stderr.slice("s2s: ".length, -1);
  }

  start(...args: string[]): Running {
    return start(args, { cwd: this.folder });
  }
}

/** The part of `s2s train --json` that tests look at. */
export interface TrainFigures {
  readonly status: "finished" | "interrupted";
  readonly bestEpoch: number;
  readonly step: number;
  readonly threads: number;
  readonly validation: { readonly loss: number; readonly tokenAccuracy: number; readonly sequenceAccuracy: number };
  readonly history: readonly {
    readonly epoch: number;
    readonly trainingLoss: number;
    readonly validation: { readonly loss: number; readonly tokenAccuracy: number; readonly sequenceAccuracy: number };
  }[];
}

/** What `s2s evaluate --json` prints. */
export interface Figures {
  readonly examples: number;
  readonly units: number;
  readonly loss: number;
  readonly perplexity: number;
  readonly tokenAccuracy: number;
  readonly sequenceAccuracy: number;
}
