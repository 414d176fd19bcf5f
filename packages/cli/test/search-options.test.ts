import { UserError } from "@s2s/runtime";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { nameFlags, searchOptions } from "../src/options/search-options.ts";

function parse(...args: string[]): Record<string, unknown> {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of searchOptions()) command.addOption(option);
  return command.parse(args, { from: "user" }).opts();
}

describe("options of a search", () => {
  it("give nothing that was not typed", () => {
    expect(parse()).toEqual({});
    expect(parse("--no-repeat-ngram", "2")).toEqual({ noRepeatNgram: 2 });
  });

  it("say what the default is", () => {
    const help = searchOptions().map(({ long, description }) => `${long} ${description}`);
    expect(help).toContainEqual(expect.stringMatching(/^--length-penalty .*\(default: 1\)$/));
    expect(help).toContainEqual(expect.stringMatching(/^--top-k [^(]*$/));
  });

  it("become numbers under the names that the search has for them", () => {
    const line =
      "--max-length 9 --min-length 2 --beams 4 --n-best 3 --length-penalty .5 --coverage-penalty 1e-1 --no-repeat-ngram 3 " +
      "--temperature 0.7 --top-k 5 --top-p 0.9 --seed 7 --batch-size=8";
    expect(parse(...line.split(" "))).toEqual({
      maxLength: 9,
      minLength: 2,
      beams: 4,
      nBest: 3,
      lengthPenalty: 0.5,
      coveragePenalty: 0.1,
      noRepeatNgram: 3,
      temperature: 0.7,
      topK: 5,
      topP: 0.9,
      seed: 7,
      batchSize: 8,
    });
  });

  it.each([
    [["--beams", "0"], "--beams 0: must be a whole number from 1 to 1024"],
    [["--beams", "two"], "--beams two: must be a whole number from 1 to 1024"],
    [["--length-penalty", "-1"], "--length-penalty -1: must be a number from 0 to 10"],
    [["--top-p", "0"], "--top-p 0: must be a number above 0 and at most 1"],
    [["--top-p", "1.5"], "--top-p 1.5: must be a number above 0 and at most 1"],
    [["--no-repeat-ngram", "-2"], "--no-repeat-ngram -2: must be a whole number from 0 to 100"],
    [["--temperature", ""], '--temperature "": must be a number from 0 to 100'],
  ])("%s is refused", (args, message) => {
    expect(() => parse(...args)).toThrow(new UserError(message));
  });
});

describe("messages of a search", () => {
  it.each([
    ["nBest is 2, but beams 1; raise beams", "--n-best is 2, but --beams 1; raise --beams"],
    ["relax minLength, noRepeatNgram or prefix", "relax --min-length, --no-repeat-ngram or --prefix"],
    ['the text has 8 tokens: "set nBest and \\"beams\\" to 2"; beams', 'the text has 8 tokens: "set nBest and \\"beams\\" to 2"; --beams'],
    ["/models/beams/seed.onnx: topKs, a-seed, my_prefix", "/models/beams/seed.onnx: topKs, a-seed, my_prefix"],
  ])("%s names options as they are typed", (message, named) => {
    expect(nameFlags(message)).toBe(named);
  });
});
