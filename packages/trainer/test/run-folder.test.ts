import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { configHash, refuseChanges } from "../src/config-changes.ts";
import { readRunConfig, RunFolder, runPaths } from "../src/run-folder.ts";
import { failureText } from "./support/failure.ts";
import { temporaryFolder, toyConfig } from "./support/toy-run.ts";

let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
let lock: string;
const config = toyConfig("/data/train.tsv");
beforeEach(() => {
  temporary = temporaryFolder();
  folder = join(temporary.path, "a", "run");
  lock = join(folder, "train.lock");
});
afterEach(() => temporary.remove());

describe("a new run", () => {
  test("is made with its folders above, and holds the resolved configuration", async () => {
    const run = await RunFolder.create(folder, config);
    expect(readdirSync(folder).sort()).toEqual(["config.json", "train.lock"]);
    expect(await readRunConfig(folder)).toEqual(config);
    await run.release();
    expect(readdirSync(folder)).toEqual(["config.json"]);
  });

  test("takes an empty folder, also one with what a killed start left", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "config.json.tmp"), "{");
    writeFileSync(lock, "");
    await (await RunFolder.create(folder, config)).release();
    expect(readdirSync(folder)).toEqual(["config.json"]);
  });

  test("is refused where a run is, naming --resume, and where foreign files are", async () => {
    await (await RunFolder.create(folder, config)).release();
    expect(await failureText(RunFolder.create(folder, config))).toContain(`--resume ${folder}`);
    expect(await failureText(RunFolder.create(temporary.path, config))).toContain("is not empty (a)");
    expect(existsSync(join(temporary.path, "train.lock"))).toBe(false);
  });

  test("is refused where a file is in the way", async () => {
    writeFileSync(join(temporary.path, "file"), "");
    expect(await failureText(RunFolder.create(join(temporary.path, "file"), config))).toContain("not a folder");
    expect(await failureText(RunFolder.create(join(temporary.path, "file", "run"), config))).toContain("not a folder");
  });
});

describe("an old run", () => {
  test("that is none is refused", async () => {
    expect(await failureText(RunFolder.open(folder))).toContain(`${folder}: holds no run`);
    expect(existsSync(folder)).toBe(false);
  });

  test("with a damaged configuration is refused, naming the file", async () => {
    await (await RunFolder.create(folder, config)).release();
    const path = runPaths(folder).config;
    writeFileSync(path, readFileSync(path, "utf8").slice(0, 50));
    expect(await failureText(RunFolder.open(folder))).toContain(path);
    expect(existsSync(lock)).toBe(false);
  });
});

describe("the lock", () => {
  beforeEach(async () => (await RunFolder.create(folder, config)).release());
  const content = (pid: number, host = hostname()): string => JSON.stringify({ pid, host });

  test("keeps a second training of this process out", async () => {
    const first = await RunFolder.open(folder);
    expect(await failureText(RunFolder.open(folder))).toContain("trains in this folder");
    await first.release();
    await (await RunFolder.open(folder)).release();
    expect(existsSync(lock)).toBe(false);
  });

  test("of a living process keeps others out; of a dead one it is taken over", async () => {
    const other = spawn("sleep", ["60"]);
    writeFileSync(lock, content(other.pid as number));
    const message = await failureText(RunFolder.open(folder));
    expect(message).toContain(`process ${other.pid} trains in this folder`);
    expect(message).toContain(lock);
    const gone = new Promise((resolve) => other.once("exit", resolve));
    other.kill("SIGKILL");
    await gone;
    const run = await RunFolder.open(folder);
    expect(JSON.parse(readFileSync(lock, "utf8"))).toEqual({ pid: process.pid, host: hostname() });
    await run.release();
    expect(readdirSync(folder)).toEqual(["config.json"]);
  });

  test("of another machine is never judged", async () => {
    writeFileSync(lock, content(1, "elsewhere"));
    expect(await failureText(RunFolder.open(folder))).toContain("process 1 on elsewhere");
    expect(readFileSync(lock, "utf8")).toBe(content(1, "elsewhere"));
  });

  test.each(["", "{", "[]", '{"pid":"x"}', content(process.pid)])("that says %j is stale", async (text) => {
    writeFileSync(lock, text);
    await (await RunFolder.open(folder)).release();
    expect(existsSync(lock)).toBe(false);
  });

  test("of two that find a stale one together, one wins", async () => {
    writeFileSync(lock, "");
    const tries = await Promise.allSettled([RunFolder.open(folder), RunFolder.open(folder)]);
    expect(tries.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});

describe("changes of the configuration", () => {
  const changed = (key: string, value: unknown): typeof config => {
    const copy = structuredClone(config) as unknown as Record<string, Record<string, unknown>>;
    const [section, name] = key.split(".") as [string, string];
    copy[section]![name] = value;
    return copy as unknown as typeof config;
  };

  test.each(["training.epochs", "training.patience", "training.threads"])("%s is free", async (key) => {
    refuseChanges(folder, config, changed(key, 7));
    expect(await configHash(changed(key, 7))).toBe(await configHash(config));
  });

  test.each([
    ["training.dropout", 0.5],
    ["training.saveEvery", 1],
    ["encoder.hidden", 7],
    ["source.maxLength", 7],
    ["data.sourceColumn", 7],
  ])("%s is not", async (key, value) => {
    expect(() => refuseChanges(folder, config, changed(key, value))).toThrow(key);
    expect(() => refuseChanges(folder, changed(key, value), config)).toThrow(UserError);
    expect(await configHash(changed(key, value))).not.toBe(await configHash(config));
  });
});
