import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeWire, encodeWire } from "../../packages/parity/src/wire.ts";

const array = fc.oneof(fc.float32Array(), fc.int32Array());
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    array,
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-z/.]{1,6}$/), tie("any"), { maxKeys: 4 }),
  ),
})).any;

test("what is encoded is decoded, NaN and infinities in arrays too", () => {
  fc.assert(
    fc.property(value, (given) => {
      // As a socket gives it: somewhere within a larger buffer.
      const bytes = Buffer.concat([Buffer.alloc(3), encodeWire(given)]).subarray(3);
      expect(decodeWire(bytes)).toEqual(plain(given));
    }),
  );
});

test("bytes of something else are refused", () => {
  expect(() => decodeWire(new Uint8Array(3))).toThrow(RangeError);
  expect(() => decodeWire(new Uint8Array(64).fill(65))).toThrow(RangeError);
  expect(() => decodeWire(encodeWire("text").fill(35, 4))).toThrow(SyntaxError);
});

/** Objects that fast-check made may lack a prototype, and -0 has no place in JSON. */
function plain(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(plain);
  if (ArrayBuffer.isView(part)) return part;
  if (typeof part === "object" && part !== null) return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, plain(inner)]));
  return Object.is(part, -0) ? 0 : part;
}
