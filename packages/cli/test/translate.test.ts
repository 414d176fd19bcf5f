import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { writeCountdown } from "../../runtime/test/countdown.ts";
import { runHere } from "./support/capture.ts";

const folder = mkdtempSync(join(tmpdir(), "s2s-translate-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeCountdown(folder);

const translate = (...args: string[]) => runHere("translate", folder, ...args);

describe("translate", () => {
  it("prints one line a text", async () => {
    expect(await translate("c", "b")).toEqual({ code: 0, stdout: "fedcba\nedcba\n", stderr: "" });
  });

  it("with --n-best numbers the answers, best first, and gives the same in --json", async () => {
    const search = ["--beams", "4", "--n-best", "3"];
    const { code, stdout } = await translate("c", ...search);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line) => line.split("\t")[0])).toEqual(["1", "2", "3"]);
    expect(lines[0]).toMatch(/^1\t-\d+\.\d{4}\tfedcba$/);
    const answer = JSON.parse((await translate("c", "--json", ...search)).stdout);
    expect(answer).toMatchObject({ text: "fedcba", tokens: [..."fedcba"], truncated: false });
    expect(answer.penalizedScore).toBeCloseTo(answer.score / 2, 6);
    const numbered = answer.nBest.map(
      ({ score, text }: { score: number; text: string }, i: number) => `${i + 1}\t${score.toFixed(4)}\t${text}`,
    );
    expect(numbered).toEqual(lines);
  });

  it("hands prefix and constraints on", async () => {
    expect((await translate("c", "--prefix", "ab", "--min-length", "4", "--no-repeat-ngram", "1")).stdout).toMatch(/^ab..+\n$/);
    expect((await translate("c", "--max-length", "2")).stdout).toBe("fe\n");
  });

  it("takes the precision that is asked for", async () => {
    expect((await translate("c", "--precision", "float32")).stdout).toBe("fedcba\n");
    expect((await translate("c", "--precision", "auto")).stdout).toBe("fedcba\n");
  });

  it("draws the same with the same seed, and other answers with another", async () => {
    const draw = async (seed: string) =>
      (await translate("c", "--temperature", "100", "--max-length", "12", "--min-length", "12", "--seed", seed)).stdout;
    expect(await draw("7")).toBe(await draw("7"));
    expect(await draw("8")).not.toBe(await draw("7"));
  });

  it.each([
    [
      ["--beams", "4", "--top-k", "2"],
      /^s2s: --beams is 4, but --temperature, --top-k and --top-p sample: give either; several samples come with --n-best\n$/,
    ],
    [["--n-best", "2"], /^s2s: --n-best is 2, but --beams 1; raise --beams to at least 2, or sample with a --temperature\n$/],
    [["--min-length", "9", "--max-length", "3"], /^s2s: --min-length is 9, but --max-length only 3; lower the one/],
    [["--prefix", "max\u00e9"], /^s2s: --prefix holds "x","\u00e9", not in the model's vocabulary/],
    [["--precision", "int8"], /: has no precision "int8"; it has float32\n$/],
    [["--precision", "int4"], /^s2s: --precision int4: must be one of auto, float32, float16, int8; did you mean int8\?/],
    [["--device", "tpu"], /^s2s: unknown device "tpu": in Node choose one of auto, cpu, cuda, webgpu, wasm/],
    [["--device", "chromium-wasm"], /^s2s: unknown device "chromium-wasm"/],
    [["--device", "cpu", "--ep", "cpu"], /^s2s: --ep and --device say the same: give one of them/],
  ])("%s is refused", async (args, message) => {
    const { code, stdout, stderr } = await translate("c", ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it.each(["node-cpu", "wasm"])("answers alike on %s", async (device) => {
    expect((await translate("c", "--device", device)).stdout).toBe("fedcba\n");
  });
});
