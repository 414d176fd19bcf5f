import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CheckpointFolder, weightsOf } from "../src/checkpoint.ts";
import type { Checkpoint } from "../src/checkpoint.ts";
import type { State } from "../src/executor.ts";
import { startPosition } from "../src/position.ts";
import { failureText } from "./support/failure.ts";
import { ended, startChild } from "./support/child.ts";
import { withFullDisk } from "./support/failing-disk.ts";
import { temporaryFolder } from "./support/toy-run.ts";

let temporary: ReturnType<typeof temporaryFolder>;
let path: string;
let folder: CheckpointFolder;
beforeEach(() => {
  temporary = temporaryFolder();
  path = join(temporary.path, "checkpoints");
  folder = new CheckpointFolder(path);
});
afterEach(() => temporary.remove());

const state = (seed: number): State =>
  new Map([
    ["encoder.layers.0.wx", { shape: [2, 3], data: Float32Array.from({ length: 6 }, (_, i) => Math.fround(Math.sin(seed + i))) }],
    ["adam.m/encoder.layers.0.wx", { shape: [2, 3], data: Float32Array.from({ length: 6 }, (_, i) => seed * i) }],
  ]);
const checkpoint = (step: number): Checkpoint => ({
  state: state(step),
  position: {
    ...startPosition(5, 0.001),
    step,
    batch: step,
    best: { epoch: 1, step: 3, validation: { loss: 0.1 + 0.2, tokenAccuracy: 1 / 3 } },
    running: { epoch: { lossSum: 1e-17 + step / 3, units: 7 }, interval: { lossSum: 0, units: 0 } },
  },
  configHash: "c".repeat(64),
  dataHash: "d".repeat(64),
});
const sorted = (found: Checkpoint): Checkpoint => ({ ...found, state: new Map([...found.state].sort()) });

describe("saving and loading", () => {
  test("gives back the same numbers, to the last bit", async () => {
    await folder.save(checkpoint(1));
    const loaded = await new CheckpointFolder(path).load();
    expect(loaded).not.toHaveProperty("fallback");
    expect(sorted(loaded!.checkpoint)).toEqual(sorted(checkpoint(1)));
  });

  test("keeps the one before as `previous`, and nothing else", async () => {
    for (const step of [1, 2, 3]) await folder.save(checkpoint(step));
    expect(readdirSync(path).sort()).toEqual(["last.safetensors", "previous.safetensors"]);
    rmSync(folder.last);
    const loaded = await new CheckpointFolder(path).load();
    expect(loaded?.checkpoint.position.step).toBe(2);
    expect(loaded?.fallback).toEqual({ file: folder.last, reason: "is missing", used: folder.previous });
  });

  test("equal checkpoints are equal files", async () => {
    await folder.save(checkpoint(1));
    const first = readFileSync(folder.last);
    const { state: tensors, ...rest } = checkpoint(1);
    await folder.save({ ...rest, state: new Map([...tensors].toReversed()) });
    expect(readFileSync(folder.last).equals(first)).toBe(true);
  });

  test("nothing saved yet is nothing", async () => {
    expect(await folder.load()).toBeUndefined();
  });

  test("best weights stand beside, without slots", async () => {
    const best = { weights: weightsOf(state(1)), epoch: 2, step: 9, validation: { loss: 0.3, tokenAccuracy: 0.5, sequenceAccuracy: 0.25 } };
    await folder.saveBest(best);
    expect(await folder.loadBest()).toEqual(best);
    expect([...best.weights.keys()]).toEqual(["encoder.layers.0.wx"]);
  });

  test("the best weights can be read whatever the figures are: what is no number is left out", async () => {
    const figures = { loss: 0.5, mase: Number.NaN, perplexity: Number.POSITIVE_INFINITY, accuracy: 0 };
    await folder.saveBest({ weights: state(1), epoch: 1, step: 1, validation: figures });
    expect((await folder.loadBest()).validation).toEqual({ loss: 0.5, accuracy: 0 });
  });

  test("so can a checkpoint", async () => {
    const { position, ...rest } = checkpoint(1);
    const best = { epoch: 1, step: 1, validation: { loss: 0.5, mase: Number.NaN } };
    await folder.save({ ...rest, position: { ...position, best } });
    expect((await folder.load())?.checkpoint.position.best?.validation).toEqual({ loss: 0.5 });
  });
});

describe("damage", () => {
  test("any changed or missing byte is noticed: the older checkpoint is given, never wrong numbers", async () => {
    await folder.save(checkpoint(1));
    await folder.save(checkpoint(2));
    const whole = readFileSync(folder.last);
    const damage = fc.oneof(
      fc.record({ at: fc.nat(whole.length - 1), flip: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ length: fc.nat(whole.length - 1) }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        const bytes = Buffer.from(whole);
        if ("at" in how) bytes[how.at]! ^= how.flip;
        writeFileSync(folder.last, "at" in how ? bytes : bytes.subarray(0, how.length));
        const loaded = await new CheckpointFolder(path).load();
        // Only white space between header and data may change unnoticed.
        const expected = loaded?.fallback === undefined ? checkpoint(2) : checkpoint(1);
        expect(sorted(loaded!.checkpoint)).toEqual(sorted(expected));
        if ("length" in how) expect(loaded?.fallback?.reason).toMatch(/^is damaged: /);
      }),
      { numRuns: 150 },
    );
  });

  test("every flipped bit of the numbers is noticed", async () => {
    await folder.save(checkpoint(1));
    await folder.save(checkpoint(2));
    const whole = readFileSync(folder.last);
    for (let at = whole.length - 48; at < whole.length; at++) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1 << (at % 8);
      writeFileSync(folder.last, bytes);
      expect((await new CheckpointFolder(path).load())?.fallback?.reason).toBe("is damaged: the checksum of its data differs");
    }
  });

  test("the next save does not put the damaged file in the good one's place", async () => {
    await folder.save(checkpoint(1));
    await folder.save(checkpoint(2));
    truncateSync(folder.last, 100);
    const again = new CheckpointFolder(path);
    await again.load();
    await again.save(checkpoint(3));
    truncateSync(folder.last, 100);
    expect((await new CheckpointFolder(path).load())?.checkpoint.position.step).toBe(1);
    const third = new CheckpointFolder(path);
    await third.load();
    await third.save(checkpoint(4));
    await third.save(checkpoint(5));
    truncateSync(folder.last, 100);
    expect((await new CheckpointFolder(path).load())?.checkpoint.position.step).toBe(4);
  });

  test("of both is one line that names both", async () => {
    await folder.save(checkpoint(1));
    await folder.save(checkpoint(2));
    truncateSync(folder.last, 100);
    truncateSync(folder.previous, 3);
    const message = await failureText(folder.load());
    expect(message).toContain(path);
    expect(message).toMatch(/last\.safetensors is damaged: .*previous\.safetensors is damaged: /);
  });

  test("of the only one, and of the best weights", async () => {
    await folder.save(checkpoint(1));
    truncateSync(folder.last, 100);
    expect(await failureText(folder.load())).toContain("previous.safetensors is missing");
    await folder.saveBest({ weights: state(1), epoch: 1, step: 1, validation: null });
    truncateSync(folder.best, 100);
    expect(await failureText(folder.loadBest())).toContain(folder.best);
  });

  test("a sound safetensors file that is no checkpoint", async () => {
    await folder.saveBest({ weights: state(1), epoch: 1, step: 1, validation: null });
    writeFileSync(folder.last, readFileSync(folder.best));
    expect(await failureText(folder.load())).toContain("its record is not one of this version");
  });
});

describe("a full disk", () => {
  test.each([
    ["ENOSPC", /the disk is full/],
    ["EDQUOT", /quota is used up/],
  ])("%s is one line; the old checkpoints stay, the temporary file goes", async (code, message) => {
    await folder.save(checkpoint(1));
    await folder.save(checkpoint(2));
    for (const bytes of [0, 100, 700]) {
      const text = await withFullDisk(code, bytes, () => failureText(folder.save(checkpoint(3))));
      expect(text).toMatch(message);
      expect(text).toContain(folder.last);
    }
    expect(readdirSync(path).sort()).toEqual(["last.safetensors", "previous.safetensors"]);
    expect((await new CheckpointFolder(path).load())?.checkpoint.position.step).toBe(2);
    rmSync(folder.last);
    expect((await new CheckpointFolder(path).load())?.checkpoint.position.step).toBe(1);
  });

  test.skipIf(process.platform === "win32")("a file beyond the system's limit (EFBIG), for real", async () => {
    await folder.save(checkpoint(1));
    const before = readFileSync(folder.last);
    const { code, output, errors } = await ended(startChild("save-child.ts", [path, "20000"], 64));
    expect([code, errors], output).toEqual([2, ""]);
    expect(output).toMatch(/^UserError: .*last\.safetensors: cannot write: the file would be larger than this system allows[^\n]*\n$/);
    expect(readdirSync(path)).toEqual(["last.safetensors"]);
    expect(readFileSync(folder.last).equals(before)).toBe(true);
  });

  test("a file where the folder should be", async () => {
    writeFileSync(path, "");
    expect(await failureText(folder.save(checkpoint(1)))).toContain("cannot write");
    rmSync(path);
    mkdirSync(`${folder.last}.tmp`, { recursive: true });
    expect(await failureText(folder.save(checkpoint(1)))).toContain("a folder stands where a file is needed");
  });
});
