import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { sha256InJavaScript } from "../src/source/sha256-in-javascript.ts";
import { sha256 } from "../src/source/sha256.ts";

afterEach(() => vi.unstubAllGlobals());

const text = (value: string) => new TextEncoder().encode(value);

/** NIST's examples for SHA-256 (FIPS 180-4) and of its large file of test vectors. */
const VECTORS: [string, Uint8Array<ArrayBuffer>, string][] = [
  ["nothing", text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "two blocks",
    text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
  ["a million times a", text("a".repeat(1e6)), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
  ["0xbd", Uint8Array.of(0xbd), "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b"],
  ["55 zeros", new Uint8Array(55), "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7"],
  ["56 zeros", new Uint8Array(56), "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb"],
  ["64 zeros", new Uint8Array(64), "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"],
];

test.each(VECTORS)("NIST: %s", async (_, bytes, expected) => {
  expect(await sha256(bytes)).toBe(expected);
  expect(await sha256InJavaScript(bytes)).toBe(expected);
});

test("plain JavaScript hashes as OpenSSL does, past the pieces in which it works and inside of a larger buffer", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      expect(await sha256InJavaScript(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
    }),
  );
  const large = Uint8Array.from({ length: 3 * 2 ** 20 + 77 }, (_, i) => (i * 2654435761) >>> 24).subarray(5);
  expect(await sha256InJavaScript(large)).toBe(createHash("sha256").update(large).digest("hex"));
});

test("it is used where a page has no WebCrypto", async () => {
  vi.stubGlobal("crypto", {});
  expect(await sha256(text("abc"))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
