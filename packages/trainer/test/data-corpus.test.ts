import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPairs } from "../src/data/corpus.ts";
import type { CorpusOptions, TextPair } from "../src/data/corpus.ts";
import { explainReadError } from "../src/data/file-error.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "s2s-corpus-"))));
afterAll(() => rm(folder, { recursive: true }));

const columns = { sourceColumn: 1, targetColumn: 2 };
async function read(path: string, options: CorpusOptions = columns): Promise<TextPair[]> {
  const pairs: TextPair[] = [];
  for await (const block of readPairs(path, options)) pairs.push(...block);
  return pairs;
}
async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
async function failure(path: string, options?: CorpusOptions): Promise<string> {
  const error: unknown = await read(path, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).not.toContain("\n");
  return message;
}

describe("readPairs", () => {
  it("reads LF, CRLF, a byte order mark and a last line without an end alike", async () => {
    const expected = [
      { source: "a", target: "b" },
      { source: "", target: "d e" },
    ];
    expect(await read(await file("lf", "a\tb\n\td e\n"))).toEqual(expected);
    expect(await read(await file("crlf", "a\tb\r\n\td e\r\n"))).toEqual(expected);
    expect(await read(await file("bom", "\uFEFFa\tb\n\td e"))).toEqual(expected);
  });

  it("takes the asked columns, allows more, and keeps a column that is both", async () => {
    const path = await file("columns", "a\tb\tc\td\n");
    expect(await read(path, { sourceColumn: 3, targetColumn: 1 })).toEqual([{ source: "c", target: "a" }]);
    expect(await read(path, { sourceColumn: 2, targetColumn: 2 })).toEqual([{ source: "b", target: "b" }]);
  });

  it("normalises to NFC", async () => {
    expect(await read(await file("nfd", "e\u0301\tA\u030A\n"))).toEqual([{ source: "\u00e9", target: "\u00c5" }]);
  });

  it("keeps a byte order mark that is not at the start", async () => {
    expect(await read(await file("inner", "a\tb\n\uFEFFc\td\n"))).toEqual([
      { source: "a", target: "b" },
      { source: "\uFEFFc", target: "d" },
    ]);
  });

  it("reads lines and characters that lie across the borders of its chunks", async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `${["é", "€", "😀"][i % 3]}${i}\tœuvre ${i * 7}`);
    const path = await file("large", lines.join("\n"));
    const pairs = await read(path);
    expect(pairs.map((pair) => `${pair.source}\t${pair.target}`)).toEqual(lines);
  });

  it("stops at the limit without looking at what follows it", async () => {
    const path = await file("limit", "a\tb\nc\td\nbroken\n");
    expect(await read(path, { ...columns, limit: 2 })).toHaveLength(2);
    expect(await failure(path, { ...columns, limit: 3 })).toContain("limit:3:");
  });

  it("names file and line of a line with too few columns", async () => {
    const path = await file("few", "a\tb\nc\nd\te\n");
    expect(await failure(path)).toBe(
      `${path}:2: 1 column, but source is column 1 and target column 2, separated by tabs: mend the line or set data.sourceColumn and data.targetColumn`,
    );
    expect(await failure(path, { sourceColumn: 1, targetColumn: 4 })).toContain(`${path}:1: 2 columns, but`);
    expect(await failure(await file("blank", "a\tb\n\nc\td\n"))).toContain("blank:2: the line is empty");
  });

  it("names file and line of invalid UTF-8, also far into a file and in the last line", async () => {
    const good = Buffer.from("tête\tà tête\n".repeat(150_000));
    const bad = Buffer.from([0x61, 0x09, 0xff, 0x0a]);
    expect(await failure(await file("latin", Buffer.concat([good, bad, good])))).toContain("latin:150001: is not valid UTF-8");
    expect(await failure(await file("cut", Buffer.concat([Buffer.from("a\tb\n"), Buffer.from("c\té").subarray(0, -1)])))).toContain(
      "cut:2: is not",
    );
    expect(await failure(await file("utf16", Buffer.from("\uFEFFa\tb\n", "utf16le")))).toContain("utf16:1: is not valid UTF-8");
  });

  it("refuses an empty file, a missing one and a folder", async () => {
    expect(await failure(await file("empty", ""))).toContain("empty: is empty");
    expect(await failure(join(folder, "none"))).toBe(`${join(folder, "none")}: does not exist: check the path`);
    expect(await failure(folder)).toBe(`${folder}: is a folder: name a file inside it`);
    await mkdir(join(folder, "closed"));
    expect(await failure(join(folder, "empty", "below"))).toContain("a part of the path is a file");
  });

  it("explains refusals of the system and leaves bugs alone", () => {
    const refused = Object.assign(new Error("EACCES: permission denied"), { code: "EACCES", syscall: "open" });
    expect(explainReadError("f.tsv", refused)).toEqual(new UserError("f.tsv: may not be read: check the file's permissions"));
    const strange = Object.assign(new Error("EIO: i/o error"), { code: "EIO", syscall: "read" });
    expect(explainReadError("f.tsv", strange)).toEqual(new UserError("f.tsv: cannot be read (EIO)"));
    const bug = new TypeError("x is not a function");
    expect(explainReadError("f.tsv", bug)).toBe(bug);
  });

  // The superuser may read everything, so the refusal cannot be provoked as root.
  it.skipIf(process.getuid?.() === 0 || process.platform === "win32")("refuses an unreadable file", async () => {
    const path = await file("secret", "a\tb\n");
    await chmod(path, 0);
    expect(await failure(path)).toContain("may not be read");
  });

  it("refuses a file without line ends before it fills the memory", async () => {
    expect(await failure(await file("binary", new Uint8Array(18 * 2 ** 20).fill(0x61)))).toContain("binary:1: line is longer than 16 MiB");
  });
});
