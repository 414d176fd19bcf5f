import { readFile } from "node:fs/promises";
import { UserError } from "@s2s/runtime";
import { describe, expect, it } from "vitest";
import { explain } from "../src/errors.ts";

const systemError = (code: string, path?: string) =>
  Object.assign(new Error(`${code}: what Node.js says`), { code, syscall: "open", path });

describe("explain", () => {
  it("gives a user's mistake one line and exit code 2", () => {
    expect(explain(new UserError("pairs.tsv:3: 1 column"))).toEqual({ text: "s2s: pairs.tsv:3: 1 column", exitCode: 2 });
  });

  it("knows a user's mistake that came from a worker, without its class", () => {
    expect(explain(Object.assign(new Error("lost"), { name: "UserError" })).exitCode).toBe(2);
  });

  it("keeps line ends and control characters of quoted data from the terminal", () => {
    expect(explain(new UserError("bad \n  line\ttab \u001b[31m\u009b")).text).toBe("s2s: bad line tab \uFFFD[31m\uFFFD");
  });

  it("puts what the system refuses into words", async () => {
    const missing = await readFile("/no/such/file").catch((error: unknown) => error);
    expect(explain(missing)).toEqual({ text: "s2s: /no/such/file: no such file or folder: check the path", exitCode: 2 });
    expect(explain(systemError("ENOSPC")).text).toBe("s2s: the disk is full: free some space and start again");
    expect(explain(systemError("EACCES", "run")).text).toBe(
      "s2s: run: permission denied: check who may read or write it, or choose another path",
    );
  });

  it("takes memory that is not there for the user's", () => {
    expect(explain(new RangeError("Array buffer allocation failed"))).toMatchObject({
      exitCode: 2,
      text: expect.stringContaining("not enough memory"),
    });
  });

  it.each([new TypeError("x is not a function"), systemError("ENOENT"), systemError("EINVAL", "x")])(
    "keeps the stack of a bug: %s",
    (error) => {
      const { text, exitCode } = explain(error);
      expect(exitCode).toBe(70);
      expect(text).toContain(error.stack);
      expect(text.split("\n").at(-1)).toMatch(/^s2s: this is a bug in s2s, .*please report it/);
    },
  );

  it("survives things thrown that are no errors", () => {
    expect(explain("text")).toMatchObject({ exitCode: 70, text: expect.stringMatching(/^text\n/) });
    expect(explain(undefined).exitCode).toBe(70);
  });
});
