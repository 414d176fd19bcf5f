import { expect } from "vitest";
import { runHere } from "../../packages/cli/test/support/capture.ts";
import type { Workplace } from "./workplace.ts";

/** Calls of `s2s` in this process, whose current folder becomes the place's: many of them in little time. */
export class CallsHere {
  constructor({ folder }: Workplace) {
    process.chdir(folder);
  }

  /** A call that must succeed. Returns what it printed. */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await runHere(...args);
    expect(code, `s2s ${args.join(" ")}\n${stderr}`).toBe(0);
    return stdout;
  }

  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.ok(...args, "--json")) as T;
  }

  /** A call that must be refused: nothing on stdout, one line on stderr, exit code 2. Returns the line. */
  async refused(...args: string[]): Promise<string> {
    const found = await runHere(...args);
    expect(found, `s2s ${args.join(" ")}`).toEqual({ code: 2, stdout: "", stderr: expect.stringMatching(/^s2s: .*\n$/) });
    return found.stderr.slice("s2s: ".length, -1);
  }

  /** A call of which one input cannot be answered: its place stays empty, one line says why, exit code 2. Returns the line. */
  async unanswered(...args: string[]): Promise<string> {
    const found = await runHere(...args);
    expect(found, `s2s ${args.join(" ")}`).toEqual({ code: 2, stdout: "\n", stderr: expect.stringMatching(/^s2s: .*\n$/) });
    return found.stderr.slice("s2s: ".length, -1);
  }
}
