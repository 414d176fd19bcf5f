import { describe, expect, it } from "vitest";
import { runHere } from "./support/capture.ts";
import { RECIPES } from "../src/recipes/index.ts";

const COMMANDS = ["init", "build-graph", "train", "evaluate", "translate", "score", "compare", "inspect", "doctor", "bench", "schema"];

describe("usage", () => {
  it("prints help when called alone", async () => {
    const { code, stdout, stderr } = await runHere();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe((await runHere("--help")).stdout);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} .*[a-z]`, "m"));
  });

  it.each(COMMANDS)("explains %s with an example", async (command) => {
    const { code, stdout } = await runHere(command, "--help");
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: s2s ${command}`);
    expect(stdout).toMatch(new RegExp(`Examples?\\b[^:]*:\n  \\$ (echo .* \\| )?s2s ${command}`));
    expect((await runHere("help", command)).stdout).toBe(stdout);
  });

  it("groups the options of train", async () => {
    const { stdout } = await runHere("train", "--help");
    const titles = stdout.match(/^[A-Z][A-Za-z ]+:$/gm);
    expect(titles).toEqual(["Options:", "Task:", "Data:", "Source and target text:", "Model:", "Training:", "Examples:"]);
    expect(stdout).toMatch(/^ {2}--hidden <n> +sets encoder\.hidden and decoder\.hidden$/m);
    expect(stdout).toMatch(/^ {2}--batch-size <n> +.+ a step \(default: 64\)$/m);
  });

  it("prints its version", async () => {
    expect(await runHere("--version")).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: "" });
  });

  it.each([
    [["train", "--hiden", "5"], "unknown option --hiden: did you mean --hidden? `s2s train --help` shows what there is"],
    [["train", "--tied"], "unknown option --tied: did you mean --decoder.tied? `s2s train --help` shows what there is"],
    [["train", "--batchsize=5"], "unknown option --batchsize: did you mean --batch-size? `s2s train --help` shows what there is"],
    [["trian"], "unknown command trian: did you mean train? `s2s --help` shows what there is"],
    [["help", "nothing"], "unknown command nothing: `s2s --help` shows what there is"],
    [["train", "--qqqqqq", "5"], "unknown option --qqqqqq: `s2s train --help` shows what there is"],
    [["help", "trian"], "unknown command trian: did you mean train? `s2s --help` shows what there is"],
    [["--resume", "run"], "unknown option --resume: options stand after the command, as in `s2s train --resume`"],
    [["train", "--out", "--json"], "--out needs a value, but --json follows: `s2s train --help` shows what there is"],
    [["train", "--out"], "option '--out <folder>' argument missing: `s2s train --help` shows what there is"],
    [["train", "run"], "too many arguments for 'train'. Expected 0 arguments but got 1: `s2s train --help` shows what there is"],
    [["translate"], "missing required argument 'run': `s2s translate --help` shows what there is"],
    [["train", "--ep", "tpu", "--out", "x"], "--ep tpu: must be one of cpu, cuda, webgpu"],
    [["translate", "run", "--ep", "tpu"], "--ep tpu: must be one of cpu, cuda, webgpu"],
    [["translate", "run", "--threads", "0"], "--threads 0: must be a whole number from 1 to 1024"],
    [["init", "x", "--recipe", "date"], `--recipe date: must be one of ${Object.keys(RECIPES).join(", ")}; did you mean dates?`],
    [["init", "x", "--recipe", "foo"], `--recipe foo: must be one of ${Object.keys(RECIPES).join(", ")}`],
    [["bench", "trian"], "bench trian: must be one of train, decode; did you mean train?"],
    [
      ["bench", "train", "--case", "char"],
      expect.stringMatching(/^s2s: --case char: must be one of char-64, .*; did you mean char-64\?\n$/),
    ],
    [["schema", "configs"], "schema configs: must be one of config, manifest; did you mean config?"],
    [["train", "--epochs", "1"], "train needs --out FOLDER for a new run, or --resume RUN to go on with one"],
    [["train", "--resume", "a", "--config", "b"], expect.stringContaining("leave --config out")],
    [["train", "--resume", "a", "--preset", "sutskever2014"], expect.stringContaining("leave --preset out")],
    [
      ["train", "--out", "a", "--config", "b", "--preset", "sutskever2014"],
      "--config and --preset both give a configuration: give one of them",
    ],
    [["train", "--preset", "sutskever"], "--preset sutskever: must be one of sutskever2014; did you mean sutskever2014?"],
    [["bench", "decode", "--case", "sutskever2014"], expect.stringMatching(/^s2s: --case sutskever2014: is for bench train alone; .*\n$/)],
    [["train", "--resume", "a", "--out", "b"], expect.stringContaining("leave --out out")],
    [["evaluate", "run"], "evaluate needs --data FILE, the examples to evaluate on"],
    [["build-graph"], "build-graph needs --out FOLDER, a folder for the graphs"],
  ])("answers %j with one line and exit code 2", async (args, message) => {
    const { code, stdout, stderr } = await runHere(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toEqual(typeof message === "string" ? `s2s: ${message}\n` : message);
    expect(stderr.split("\n")).toHaveLength(2);
  });

  it("prints JSON Schemas", async () => {
    for (const [which, key] of [
      ["config", "training"],
      ["manifest", "states"],
    ] as const) {
      const { stdout } = await runHere("schema", which);
      expect(JSON.parse(stdout)).toMatchObject({ type: "object", properties: { [key]: expect.anything() }, additionalProperties: false });
    }
  });
});
