import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineGroups, type InputLine } from "../src/text-lines.ts";
import { chunks } from "./support/capture.ts";

async function read(parts: readonly Uint8Array[], most = 1000): Promise<InputLine[][]> {
  const groups: InputLine[][] = [];
  for await (const group of lineGroups(chunks(parts), most)) groups.push(group);
  return groups;
}

const bytes = (text: string) => Buffer.from(text);

describe("lineGroups", () => {
  it("gives the same lines however the bytes arrive", async () => {
    const lines = fc.array(
      fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\r\n\uFEFF]/g, "")),
      { minLength: 1 },
    );
    await fc.assert(
      fc.asyncProperty(lines, fc.array(fc.nat(200)), fc.integer({ min: 1, max: 5 }), async (texts, cuts, most) => {
        const whole = bytes(texts.map((text) => `${text}\n`).join(""));
        const places = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
        const groups = await read(
          places.slice(1).map((end, i) => whole.subarray(places[i], end)),
          most,
        );
        expect(groups.flat()).toEqual(texts.map((text, i) => ({ number: i + 1, text })));
        for (const group of groups) expect(group.length).toBeLessThanOrEqual(most);
      }),
    );
  });

  it("takes CRLF, a byte order mark, empty lines and a last line without its end", async () => {
    expect((await read([bytes("\uFEFFa\r\n\nb")])).flat()).toEqual([
      { number: 1, text: "a" },
      { number: 2, text: "" },
      { number: 3, text: "b" },
    ]);
    expect(await read([])).toEqual([]);
  });

  it("reports a line that is not UTF-8 and goes on", async () => {
    expect((await read([bytes("a\n"), Uint8Array.of(0xff, 0x0a), bytes("b\n")])).flat()).toEqual([
      { number: 1, text: "a" },
      { number: 2, error: "is not valid UTF-8: convert it to UTF-8" },
      { number: 3, text: "b" },
    ]);
  });

  it("ends at input without line ends instead of filling the memory", async () => {
    const lines = (await read([bytes("a\n"), new Uint8Array(2 ** 24), new Uint8Array(2 ** 10)])).flat();
    expect(lines.at(-1)).toEqual({ number: 2, error: "is longer than 16 MiB: is this text?" });
  });
});
