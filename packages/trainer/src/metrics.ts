import { open, readFile } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { syncFolder, writing } from "./files.ts";
import { dirname } from "node:path";

/** A line of metrics.jsonl; `seconds` is the one field that a resumed run does not repeat. */
export type MetricsLine = TrainingLine | ValidationLine;

export interface TrainingLine {
  readonly kind: "training";
  readonly epoch: number;
  readonly step: number;
  /** Mean training loss per target token (nats) since the line before. */
  readonly loss: number;
  readonly learningRate: number;
  /** Global gradient norm of this step, before clipping. */
  readonly gradientNorm: number;
  /** Since training was started or resumed. */
  readonly seconds: number;
}

export interface ValidationLine {
  readonly kind: "validation";
  readonly epoch: number;
  readonly step: number;
  /** Mean training loss per target token (nats) over the epoch. */
  readonly trainingLoss: number;
  readonly loss: number;
  readonly seconds: number;
  /** What else the task measures. */
  readonly [figure: string]: number | "validation";
}

/** Appends JSON lines; knows how many there are, so that a checkpoint can say which of them belong to it. */
export class MetricsWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  #lines: number;

  private constructor(path: string, file: FileHandle, lines: number) {
    this.#path = path;
    this.#file = file;
    this.#lines = lines;
  }

  /** Opens the file, made where it is missing, and cuts what follows its first `keep` lines: steps that will be taken again. */
  static async open(path: string, keep: number): Promise<MetricsWriter> {
    return writing(path, async () => {
      const file = await open(path, "a");
      try {
        const { bytes, lines } = firstLines(await readFile(path), keep);
        await file.truncate(bytes);
        await syncFolder(dirname(path));
        return new MetricsWriter(path, file, lines);
      } catch (error) {
        await file.close();
        throw error;
      }
    });
  }

  get lines(): number {
    return this.#lines;
  }

  async write(line: MetricsLine): Promise<void> {
    await writing(this.#path, () => this.#file.appendFile(`${JSON.stringify(line)}\n`));
    this.#lines += 1;
  }

  /** Waits until the lines are on the disk; before a checkpoint that counts them. */
  async sync(): Promise<void> {
    await writing(this.#path, () => this.#file.sync());
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Bytes of the first `keep` whole lines, or of all whole lines where there are fewer. */
function firstLines(content: Buffer, keep: number): { bytes: number; lines: number } {
  let bytes = 0;
  let lines = 0;
  while (lines < keep) {
    const end = content.indexOf(0x0a, bytes);
    if (end < 0) break;
    bytes = end + 1;
    lines += 1;
  }
  return { bytes, lines };
}
