import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeFileAtomically } from "../src/files.ts";
import { encodeSafetensors, SafetensorsFile } from "../src/safetensors.ts";
import type { Tensor } from "../src/safetensors.ts";

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "s2s-safetensors-"));
  file = join(folder, "a.safetensors");
});
afterAll(() => rmSync(folder, { recursive: true }));

const arrays = [Float32Array, Float64Array, Int32Array, Uint16Array, BigInt64Array, Uint8Array] as const;
const tensor: fc.Arbitrary<Tensor> = fc
  .tuple(fc.constantFrom(...arrays), fc.array(fc.nat(5), { maxLength: 3 }), fc.integer())
  .map(([Type, shape, seed]) => {
    const data = new Type(shape.reduce((a, b) => a * b, 1));
    const bytes = new Uint8Array(data.buffer);
    for (let i = 0; i < bytes.length; i++) bytes[i] = (seed * 31 + i * 7919) & 0x3f;
    return { shape, data };
  });
const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12, unit: "binary" }),
  fc.constantFrom("12", "__proto__", "m/encoder.layers.0.wx"),
);
const tensors = fc.dictionary(name, tensor, { maxKeys: 6 }).map((entries) => new Map(Object.entries(entries)));
const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });

async function readAll(): Promise<{ tensors: Map<string, Tensor>; metadata: Readonly<Record<string, string>> }> {
  const opened = await SafetensorsFile.open(file);
  try {
    const found = new Map<string, Tensor>();
    for (const key of opened.header.tensors.keys()) found.set(key, await opened.read(key));
    return { tensors: found, metadata: opened.header.metadata };
  } finally {
    await opened.close();
  }
}

describe("round trip", () => {
  test("what is written is read, whatever the names, types and shapes", async () => {
    await fc.assert(
      fc.asyncProperty(tensors, metadata, async (written, map) => {
        await writeFileAtomically(file, encodeSafetensors(written, map).chunks);
        const read = await readAll();
        expect(new Map([...read.tensors].sort(byName))).toEqual(new Map([...written].sort(byName)));
        expect({ ...read.metadata }).toEqual({ ...map });
      }),
      { numRuns: 60 },
    );
  });

  test("bytes do not depend on the order in which tensors and metadata come, and the data is aligned", async () => {
    await fc.assert(
      fc.property(tensors, metadata, (written, map) => {
        const { chunks, header } = encodeSafetensors(written, map);
        const reversed = encodeSafetensors(new Map([...written].toReversed()), Object.fromEntries(Object.entries(map).toReversed()));
        expect(Buffer.concat(reversed.chunks).equals(Buffer.concat(chunks))).toBe(true);
        expect((chunks[0] as Uint8Array).byteLength % 64).toBe(0);
        for (const { offset, dtype } of header.tensors.values())
          expect(offset % { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, U8: 1 }[dtype]).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test("the layout is the one of the format's description", () => {
    const { chunks } = encodeSafetensors(new Map([["w", { shape: [1, 2], data: Float32Array.of(1, -2) }]]), { format: "pt" });
    const bytes = Buffer.concat(chunks);
    const length = Number(bytes.readBigUInt64LE(0));
    expect(
      bytes
        .subarray(8, 8 + length)
        .toString()
        .trimEnd(),
    ).toBe('{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}');
    expect([bytes.readFloatLE(8 + length), bytes.readFloatLE(12 + length), bytes.length]).toEqual([1, -2, 16 + length]);
  });

  test("data that does not fill its shape is a bug, told by name", () => {
    expect(() => encodeSafetensors(new Map([["w", { shape: [3], data: new Float32Array(2) }]]))).toThrow("w[3] has 2 elements");
  });
});

const header = (json: unknown, data = 0) => {
  const text = Buffer.from(typeof json === "string" ? json : JSON.stringify(json));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(data)]);
};
const f32 = (shape: unknown, begin: unknown, end: unknown) => ({ dtype: "F32", shape, data_offsets: [begin, end] });

describe("damage gives one line that names the file", () => {
  const cases: readonly [string, Buffer, RegExp][] = [
    ["an empty file", Buffer.alloc(0), /0 bytes, too few/],
    ["a huge header", Buffer.concat([Buffer.alloc(8, 0xff), Buffer.alloc(20)]), /header of \d+ bytes/],
    ["a header past the end", header("{}").subarray(0, 9), /header of 2 bytes/],
    ["no JSON", header("{,}"), /not a JSON object/],
    ["a JSON list", header("[]"), /not a JSON object/],
    ["invalid UTF-8", header("{}").fill(0xff, 8), /not a JSON object/],
    ["metadata that is no map of strings", header({ __metadata__: { a: 1 } }), /__metadata__ is not a map/],
    ["an entry that is no object", header({ w: 1 }), /w is not described/],
    ["an unknown type", header({ w: { dtype: "BF16", shape: [1], data_offsets: [0, 2] } }, 2), /unknown element type BF16/],
    ["an inherited type", header({ w: { dtype: "toString", shape: [1], data_offsets: [0, 2] } }, 2), /unknown element type toString/],
    ["a negative size", header({ w: f32([-1, -1], 0, 4) }, 4), /shape of w/],
    ["a broken size", header({ w: f32([0.5, 2], 0, 4) }, 4), /shape of w/],
    ["a shape that is no list", header({ w: f32(1, 0, 4) }, 4), /shape of w/],
    ["three offsets", header({ w: { ...f32([1], 0, 4), data_offsets: [0, 4, 8] } }, 8), /data_offsets of w/],
    ["a wrong range", header({ w: f32([2], 0, 4) }, 4), /w needs 8 bytes and has 4/],
    ["a product past all bounds", header({ w: f32([2 ** 40, 2 ** 40], 0, 4) }, 4), /w needs/],
    ["an overlap", header({ v: f32([2], 0, 8), w: f32([2], 4, 12) }, 12), /w overlaps/],
    ["a hole", header({ v: f32([1], 0, 4), w: f32([1], 8, 12) }, 12), /w follows a hole/],
    ["a hole at the start", header({ w: f32([1], 4, 8) }, 8), /w follows a hole/],
    ["bytes that nothing describes", header({ w: f32([1], 0, 4) }, 8), /has \d+ bytes where its header says/],
    ["a truncated end", header({ w: f32([2], 0, 8) }, 7), /has \d+ bytes where its header says/],
  ];
  test.each(cases)("%s", async (_, bytes, message) => {
    writeFileSync(file, bytes);
    const error: unknown = await SafetensorsFile.open(file).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toMatch(/^[^\n]+$/);
    expect((error as Error).message).toContain(file);
  });

  test("a missing file and a folder", async () => {
    await expect(SafetensorsFile.open(join(folder, "none"))).rejects.toThrow(UserError);
    await expect(SafetensorsFile.open(folder)).rejects.toThrow(UserError);
  });

  test("any single truncation or extra byte is noticed", async () => {
    const { chunks } = encodeSafetensors(new Map([["w", { shape: [3], data: Float32Array.of(1, 2, 3) }]]));
    const whole = Buffer.concat(chunks);
    for (let length = 0; length < whole.length; length += 5) {
      writeFileSync(file, whole.subarray(0, length));
      await expect(SafetensorsFile.open(file)).rejects.toThrow(UserError);
    }
    writeFileSync(file, Buffer.concat([whole, Buffer.alloc(1)]));
    await expect(SafetensorsFile.open(file)).rejects.toThrow(UserError);
  });
});

test("a tensor that the file does not hold", async () => {
  await writeFileAtomically(file, encodeSafetensors(new Map([["w", { shape: [], data: Float32Array.of(1) }]])).chunks);
  const opened = await SafetensorsFile.open(file);
  await expect(opened.read("v")).rejects.toThrow("it has no tensor named v");
  await opened.close();
});

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
