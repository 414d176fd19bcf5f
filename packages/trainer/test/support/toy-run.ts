import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config, ConfigInput } from "../../src/config.ts";
import { hash32 } from "../../src/data/random.ts";
import type { TrainEvent } from "../../src/events.ts";
import { resolveConfig } from "../../src/load-config.ts";
import type { TrainOptions } from "../../src/train-options.ts";
import { train } from "../../src/train.ts";
import { buildToyGraphs, createToyExecutor, measureWithToy } from "./toy-executor.ts";

/** A folder that is gone after the test; in memory where the system has such a place, as a run waits for the disk again and again. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "s2s-train-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Writes pairs whose target is the source with every letter replaced by the next one; returns the file. */
export function writePairs(folder: string, count: number, name = "train.tsv"): string {
  const lines = Array.from({ length: count }, (_, i) => {
    const codes = Array.from({ length: 1 + (hash32(7, name, i, 99) % 6) }, (__, t) => hash32(7, name, i, t) % 8);
    const text = (shift: number): string => String.fromCodePoint(...codes.map((code) => 97 + ((code + shift) % 8)));
    return `${text(0)}\t${text(1)}\n`;
  });
  const path = join(folder, name);
  writeFileSync(path, lines.join(""));
  return path;
}

export function toyConfig(train: string, training: ConfigInput["training"] = {}, data: ConfigInput["data"] = {}): Config {
  return resolveConfig(
    {
      data: { train, validFraction: 0.25, ...data },
      training: { epochs: 3, batchSize: 4, optimizer: "momentum", learningRate: 0.3, saveEvery: 4, threads: 1, ...training },
    },
    "test",
  );
}

export function toyOptions(folder: string, config: Config, more: Partial<TrainOptions> = {}): TrainOptions {
  return {
    folder,
    config,
    createExecutor: createToyExecutor,
    buildInferenceGraphs: buildToyGraphs,
    measure: measureWithToy,
    ...more,
  };
}

/** Trains to the end, or until `stop` says so, and gives the events. */
export async function collect(options: TrainOptions, stop?: (event: TrainEvent) => boolean): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of train(options)) {
    events.push(event);
    if (stop?.(event) === true) break;
  }
  return events;
}

/** What a run leaves behind that must not depend on how often it was interrupted. */
export function lasting(folder: string): Record<string, string> {
  const read = (...path: string[]): string => readFileSync(join(folder, ...path)).toString("base64");
  const metrics = readFileSync(join(folder, "metrics.jsonl"), "utf8").trimEnd().split("\n");
  return {
    last: read("checkpoints", "last.safetensors"),
    best: read("checkpoints", "best.safetensors"),
    weights: read("bundle", "weights.safetensors"),
    manifest: read("bundle", "s2s.json"),
    encoder: read("bundle", "encoder.onnx"),
    metrics: metrics.map((line) => JSON.stringify({ ...(JSON.parse(line) as object), seconds: 0 })).join("\n"),
  };
}

export function eventsOf<T extends TrainEvent["type"]>(events: readonly TrainEvent[], type: T): Extract<TrainEvent, { type: T }>[] {
  return events.filter((event): event is Extract<TrainEvent, { type: T }> => event.type === type);
}
