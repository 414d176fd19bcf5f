import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { UserError } from "../src/errors.ts";
import type { Manifest } from "../src/manifest.ts";
import { parseManifest } from "../src/parse-manifest.ts";
import { writeCountdown } from "./countdown.ts";

const folder = mkdtempSync(join(tmpdir(), "s2s-manifest-"));
const manifest = writeCountdown(folder);
afterAll(() => rmSync(folder, { recursive: true }));

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

const copy = () => structuredClone(manifest) as unknown as { [key: string]: Json };

/** Puts a value at a path; `undefined` deletes what is there. */
function put(path: Path, value: Json | undefined): Json {
  const root = copy();
  let at: { [key: string]: Json } = root;
  for (const key of path.slice(0, -1)) at = at[key] as { [key: string]: Json };
  const last = String(path.at(-1));
  if (value === undefined) delete at[last];
  // Not by assignment, which would set the prototype where the key is "__proto__".
  else Object.defineProperty(at, last, { value, enumerable: true, configurable: true, writable: true });
  return root;
}

function paths(value: unknown, prefix: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [prefix];
  return [prefix, ...Object.entries(value).flatMap(([key, child]) => paths(child, [...prefix, key]))];
}
const everyPath = paths(manifest).filter((path) => path.length > 0);

function refusal(value: Json): string {
  try {
    parseManifest(JSON.stringify(value), "b/s2s.json");
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(/^b\/s2s\.json: .+$/);
    expect((error as Error).message.length).toBeLessThan(600);
    return (error as Error).message;
  }
  throw new Error("was accepted");
}

test("a whole manifest is read as it was written", () => {
  expect(parseManifest(JSON.stringify(manifest), "s2s.json")).toEqual(manifest);
});

describe("refused, with the path of the key:", () => {
  const cases: [string, Path, Json | undefined, RegExp][] = [
    ["a newer version", ["formatVersion"], 4, /formatVersion is 4, and this version of s2s reads 3; /],
    ["no version", ["formatVersion"], undefined, /formatVersion is missing or no number/],
    ["a version that is no number", ["formatVersion"], "1", /formatVersion is missing or no number/],
    ["an unknown key", ["speed"], 1, /unknown key speed/],
    ["an unknown key deep inside", ["model", "encoder", "cells"], "gru", /unknown key model\.encoder\.cells/],
    ["a prototype as a key", ["model", "__proto__"], {}, /unknown key model\.__proto__/],
    ["a method's name as a key", ["toString"], 1, /unknown key toString/],
    ["a missing key", ["model", "output", "hidden"], undefined, /model\.output\.hidden is missing/],
    ["a wrong type", ["maxSourceLength"], "9", /maxSourceLength must be number, not "9"/],
    ["another task", ["task"], "chat", /task must be \("translate" \| "classify" \| .*\), not "chat"/],
    ["a huge number", ["maxTargetLength"], 1e300, /maxTargetLength must be <=/],
    ["a negative number", ["model", "encoder", "hidden"], -5, /model\.encoder\.hidden must be >=1, not -5/],
    ["a fraction", ["model", "encoder", "hidden"], 1.5, /model\.encoder\.hidden: Invalid integer/],
    ["a huge dimension", ["parameters", 0, "shape", 0], 1e300, /parameters\.0\.shape\.0/],
    ["a huge file", ["files", 0, "bytes"], 2 ** 52, /files\.0\.bytes must be <=/],
    ["a checksum that is none", ["files", 0, "sha256"], "abc", /files\.0\.sha256: must be 64 hexadecimal digits/],
    ["line breaks inside a text", ["task"], "a\nb\u2028c\u001B[31m", /task must be \("translate" \| .*\), not "a b c \[31m"/],
    ["a very long text", ["task"], "x".repeat(1e5), /not "x{100,120}\.\.\./],
  ];
  test.each(cases)("%s", (_, path, value, message) => {
    expect(refusal(put(path, value))).toMatch(message);
  });

  const names = ["../x", "..", ".", "a/b", "/etc/passwd", "C:\\x", "a\\b", ".hidden", "", "a\u0000b", "a\nb", "x".repeat(101), "\u00E9"];
  const places: Path[] = [
    ["variants", 0, "weights"],
    ["variants", 0, "graphs", "encoder", "file"],
    ["variants", 0, "graphs", "decoder", "file"],
    ["source", "file"],
    ["target", "file"],
    ["files", 0, "name"],
  ];
  test.each(places)("a file outside of the folder", (...path) => {
    for (const name of names) expect(refusal(put(path, name))).toContain(`${path.join(".")}: must be a plain file name`);
  });
});

describe("refused, since parts disagree:", () => {
  const { encoder } = manifest.variants[0]!.graphs;
  const [sum, stride] = manifest.states;
  const cases: [string, Path, Json | undefined, RegExp][] = [
    ["sizes of the source vocabulary", ["source", "size"], 21, /source\.size is 21 but model\.input\.vocabulary 20/],
    ["sizes of the target vocabulary", ["model", "output", "vocabulary"], 21, /target\.size is 20 but model\.output\.vocabulary 21/],
    ["a used file that is not listed", ["variants", 0, "weights"], "other.bin", /other\.bin is used but not listed in files/],
    ["a file that is listed twice", ["files", 5], { ...manifest.files[0]! }, /files lists a name twice/],
    ["the manifest listing itself", ["files", 0, "name"], "s2s.json", /files lists s2s\.json itself/],
    ["no states", ["states"], [], /states is empty/],
    [
      "a state that the encoder does not give",
      ["states", 0, "initial"],
      "x",
      /variants\.float32\.graphs\.encoder\.outputs must be x, initial\.stride, not initial\.sum/,
    ],
    [
      "a state that the decoder does not take",
      ["states", 0, "input"],
      "x",
      /variants\.float32\.graphs\.decoder\.inputs must be token, x, stride, not/,
    ],
    [
      "a state that the decoder does not give",
      ["states", 1, "output"],
      "x",
      /variants\.float32\.graphs\.decoder\.outputs must be logits, next\.sum, x, not/,
    ],
    ["a state twice", ["states"], [{ ...sum! }, { ...stride! }, { ...sum! }], /variants\.float32\.graphs\.encoder\.outputs must be/],
    [
      "an encoder without lengths",
      ["variants", 0, "graphs", "encoder", "inputs"],
      [{ ...encoder!.inputs[0]! }],
      /variants\.float32\.graphs\.encoder\.inputs must be source, source_lengths/,
    ],
    [
      "ids that are no int32",
      ["variants", 0, "graphs", "encoder", "inputs", 0, "type"],
      "int64",
      /source must be int32 \[symbol, symbol\], not int64 \[B, S\]/,
    ],
    ["a fixed batch", ["variants", 0, "graphs", "decoder", "inputs", 0, "shape", 0], 1, /token must be int32 \[symbol\], not int32 \[1\]/],
    [
      "logits of another size",
      ["variants", 0, "graphs", "decoder", "outputs", 0, "shape", 1],
      7,
      /logits must be float32 \[symbol, 20\], not float32 \[B, 7\]/,
    ],
    [
      "states of another width",
      ["variants", 0, "graphs", "decoder", "inputs", 2, "shape", 1],
      3,
      /stride must be float32 \[symbol, 2\], not float32 \[B, 3\]/,
    ],
    [
      "states of unknown width",
      ["variants", 0, "graphs", "encoder", "outputs", 0, "shape", 1],
      "H",
      /initial\.sum must be float32 \[symbol, [0-9]+\], not float32/,
    ],
    ["states of another type", ["variants", 0, "graphs", "decoder", "outputs", 1, "type"], "float16", /next\.sum must be float32/],
  ];
  test.each(cases)("%s", (_, path, value, message) => {
    expect(refusal(put(path, value))).toMatch(message);
  });
});

describe("whatever is in the file,", () => {
  function parsesOrRefuses(text: string): Manifest | undefined {
    try {
      return parseManifest(text, "s2s.json");
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      expect(error.message).toMatch(/^s2s\.json: .+$/);
      return undefined;
    }
  }

  test("a value in any place is accepted as it is or refused", () => {
    const special = fc.constantFrom<Json>(0, -1, 1e308, 2 ** 31, 2 ** 53, "", "__proto__", "..", "NaN", null, [], {}, true);
    const anything = fc.oneof(special, fc.jsonValue() as fc.Arbitrary<Json>);
    fc.assert(
      fc.property(fc.constantFrom(...everyPath), anything, (path, value) => {
        const changed = put(path, value);
        const parsed = parsesOrRefuses(JSON.stringify(changed));
        if (parsed !== undefined) expect(parsed).toEqual(JSON.parse(JSON.stringify(changed)));
      }),
      { numRuns: 500 },
    );
  });

  test("no number is without bounds", () => {
    const validation = { loss: 1, tokenAccuracy: 1, sequenceAccuracy: 1 };
    const trainable = { graph: { file: "encoder.onnx", inputs: [], outputs: [] }, optimizer: "sgd", slots: [], learningRate: 1 };
    const whole = {
      ...copy(),
      trainable: { ...trainable, dropout: false, teacherForcing: 1, labelSmoothing: 0, coverageWeight: 0 },
      training: { createdBy: "test", seed: 1, steps: 1, epochs: 1, validation },
    };
    const text = JSON.stringify(whole);
    expect(parsesOrRefuses(text)).toEqual(whole);
    const numbers = paths(whole).filter((path) => typeof path.reduce((at, key) => (at as never)[key], whole as unknown) === "number");
    expect(numbers.length).toBeGreaterThan(35);
    for (const path of numbers) {
      // The figures of a run that diverged are as large as they are.
      for (const huge of path.includes("validation") ? ["1e999"] : ["1e300", "-1e300", "1e999"]) {
        const changed = structuredClone(whole);
        const parent = path.slice(0, -1).reduce((at, key) => (at as never)[key], changed as unknown) as Record<string, unknown>;
        parent[String(path.at(-1))] = "HUGE";
        expect(parsesOrRefuses(JSON.stringify(changed).replace('"HUGE"', huge)), `${path.join(".")} ${huge}`).toBeUndefined();
      }
    }
  });

  test("every key is needed, and no key may be added anywhere", () => {
    for (const path of everyPath) {
      // What is left out of a list leaves a shorter list; that is another matter.
      if (/^\d+$/.test(String(path.at(-1)))) continue;
      expect(() => parseManifest(JSON.stringify(put(path, undefined)), "s2s.json"), path.join(".")).toThrow(UserError);
      expect(() => parseManifest(JSON.stringify(put([...path.slice(0, -1), "extra"], 1)), "s2s.json")).toThrow(/unknown key .*extra/);
    }
  });

  test("a manifest that was cut off is refused", () => {
    const text = JSON.stringify(manifest);
    fc.assert(
      fc.property(fc.nat(text.length - 1), (length) => {
        expect(parsesOrRefuses(text.slice(0, length))).toBeUndefined();
      }),
    );
  });

  test("names with line ends and control characters are refused, in one line", () => {
    for (const sign of ["\n", "\u001b[31m", "\u0085", "\u2028"])
      expect(refusal(put(["states", 0, "initial"], `a${sign}b`))).toBe("b/s2s.json: states.0.initial: must hold no control characters");
  });

  test("deep nesting does not exhaust the stack", () => {
    expect(() => parseManifest("[".repeat(1e6), "s2s.json")).toThrow(UserError);
    const deep = `{"formatVersion":3,"task":${"[".repeat(1e5)}${"]".repeat(1e5)}}`;
    expect(() => parseManifest(deep, "s2s.json")).toThrow(UserError);
  });

  test("other JSON is refused", () => {
    for (const text of ["", "null", "[]", "7", '"x"', "{}", '{"formatVersion":3}', '{"formatVersion":3e999}']) {
      expect(parsesOrRefuses(text), text).toBeUndefined();
    }
  });
});
