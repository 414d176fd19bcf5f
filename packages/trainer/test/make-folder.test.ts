import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeFolder } from "../src/files.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "s2s-make-folder-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("makeFolder", () => {
  it("makes a folder and those above it, and leaves one that is there", async () => {
    const path = join(folder, "a", "b", "c");
    await makeFolder(path);
    await writeFile(join(path, "kept"), "");
    await makeFolder(path);
    expect(await readdir(path)).toEqual(["kept"]);
    await makeFolder(`${join(folder, "slash")}/`);
    expect((await stat(join(folder, "slash"))).isDirectory()).toBe(true);
  });

  it("refuses a path that a file is in the way of", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(makeFolder(join(folder, "file"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(makeFolder(join(folder, "file", "below"))).rejects.toMatchObject({ code: "ENOTDIR" });
  });

  it.skipIf(process.platform !== "linux")("gives up where the system makes no folders", async () => {
    await expect(makeFolder("/proc/s2s/run")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
