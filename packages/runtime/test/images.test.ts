import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../src/errors.ts";
import type { Pixels } from "../src/images/pixels.ts";
import { decodeImage, readImage } from "../src/images/read-image.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "s2s-images-"))));
afterAll(() => rm(folder, { recursive: true }));

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
};

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly color: number;
  readonly interlaced?: boolean;
}

/** A PNG file of rows that are packed already, written as the specification has it: no filters. */
function png(
  { width, height, depth, color, interlaced = false }: Header,
  rows: readonly (readonly number[])[],
  extra: Buffer[] = [],
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, color, 0, 0, interlaced ? 1 : 0], 8);
  const data = deflateSync(Buffer.from(rows.flatMap((row) => [0, ...row])));
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([signature, chunk("IHDR", header), ...extra, chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

const rgba = ({ data }: Pixels): number[][] => Array.from({ length: data.length / 4 }, (_, i) => [...data.subarray(4 * i, 4 * i + 4)]);

/** 16 x 8, the left half red and the right half blue, as Chromium 156 writes it in quality 0.9. */
const JPEG = Buffer.from(
  "/9j/4AAQSkZJRgABAQAAAQABAAD/4gHYSUNDX1BST0ZJTEUAAQEAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADb/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAAIABADASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAAcI/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/EABUBAQEAAAAAAAAAAAAAAAAAAAcI/8QAGBEAAgMAAAAAAAAAAAAAAAAAAAhFg8P/2gAMAwEAAhEDEQA/AM6IEBwWWYo2KNYaKuyP/9k=",
  "base64",
);

function failure(bytes: Uint8Array): string {
  try {
    decodeImage(bytes, "x.png");
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  throw new Error("was decoded");
}

describe("PNG files", () => {
  const row = [255, 0, 0, 255, 0, 255, 0, 128];

  it("of every kind become RGBA of 8 bits", () => {
    const size = { width: 2, height: 1 };
    expect(rgba(decodeImage(png({ ...size, depth: 8, color: 6 }, [row]), ""))).toEqual([
      [255, 0, 0, 255],
      [0, 255, 0, 128],
    ]);
    expect(rgba(decodeImage(png({ ...size, depth: 8, color: 2 }, [[1, 2, 3, 4, 5, 6]]), ""))).toEqual([
      [1, 2, 3, 255],
      [4, 5, 6, 255],
    ]);
    // 4 bits a grey pixel: 0 and 15; 16 bits: the upper half counts.
    expect(rgba(decodeImage(png({ ...size, depth: 4, color: 0 }, [[0x0f]]), ""))).toEqual([
      [0, 0, 0, 255],
      [255, 255, 255, 255],
    ]);
    expect(rgba(decodeImage(png({ ...size, depth: 16, color: 4 }, [[200, 200, 255, 255, 9, 9, 0, 0]]), ""))).toEqual([
      [200, 200, 200, 255],
      [9, 9, 9, 0],
    ]);
    const palette = [chunk("PLTE", Buffer.from([10, 20, 30, 40, 50, 60])), chunk("tRNS", Buffer.from([77]))];
    expect(rgba(decodeImage(png({ ...size, depth: 1, color: 3 }, [[0b01000000]], palette), ""))).toEqual([
      [10, 20, 30, 77],
      [40, 50, 60, 255],
    ]);
  });

  it("that are interlaced are put together", () => {
    // Passes of a 2 x 2 picture: (0, 0) alone, then (1, 0), then the second row.
    const file = png({ width: 2, height: 2, depth: 8, color: 0, interlaced: true }, [[1], [2], [3, 4]]);
    expect(rgba(decodeImage(file, "")).map(([grey]) => grey)).toEqual([1, 2, 3, 4]);
  });

  it("that are cut off, damaged, bombs or huge are refused in a line", () => {
    const whole = png({ width: 2, height: 1, depth: 8, color: 6 }, [row]);
    for (let end = 8; end < whole.length; end++)
      expect(failure(whole.subarray(0, end))).toMatch(/^x.png: is a (damaged PNG|PNG file that is cut off)/);
    const flipped = Buffer.from(whole);
    flipped[50] = flipped[50]! ^ 0xff;
    expect(failure(flipped)).toMatch(/^x.png: is a damaged PNG file/);
    for (const interlaced of [false, true]) {
      const bomb = png({ width: 2, height: 1, depth: 8, color: 6, interlaced }, [Array.from({ length: 1_000_000 }, () => 0)]);
      expect(failure(bomb)).toContain("pixels are cut off or are not what its header says");
      const short = png({ width: 2, height: 90, depth: 8, color: 6, interlaced }, [row]);
      expect(failure(short)).toContain("pixels are cut off or are not what its header says");
    }
    expect(failure(png({ width: 60_000, height: 60_000, depth: 8, color: 6 }, [row]))).toBe(
      "x.png: has 60000 x 60000 pixels, but at most 48 million are read: make it smaller",
    );
    expect(failure(png({ width: 0, height: 3, depth: 8, color: 6 }, []))).toContain("0 x 3 pixels: it is damaged");
  });
});

describe("JPEG files", () => {
  const side = (pixels: Pixels, x: number, y: number): string => {
    const [red = 0, , blue = 0] = rgba(pixels)[y * pixels.width + x]!;
    return red > 200 && blue < 50 ? "red" : blue > 200 && red < 50 ? "blue" : `${red}, ${blue}`;
  };
  /** The file with Exif data that say how it lies. */
  const turned = (orientation: number, little: boolean): Buffer => {
    const exif = Buffer.from(little ? "Exif\0\0II*\0" : "Exif\0\0MM\0*", "latin1");
    const number = (value: number, bytes: number): Buffer => {
      const buffer = Buffer.alloc(bytes);
      if (little) buffer.writeUIntLE(value, 0, bytes);
      else buffer.writeUIntBE(value, 0, bytes);
      return buffer;
    };
    const entry = [number(0x0112, 2), number(3, 2), number(1, 4), number(orientation, 2), number(0, 2)];
    const body = Buffer.concat([exif, number(8, 4), number(1, 2), ...entry, number(0, 4)]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(body.length + 2);
    return Buffer.concat([JPEG.subarray(0, 2), Buffer.from([0xff, 0xe1]), length, body, JPEG.subarray(2)]);
  };

  it("are read as another program wrote them", () => {
    const pixels = decodeImage(JPEG, "");
    expect([pixels.width, pixels.height]).toEqual([16, 8]);
    expect([side(pixels, 0, 0), side(pixels, 7, 7), side(pixels, 8, 0), side(pixels, 15, 7)]).toEqual(["red", "red", "blue", "blue"]);
  });

  it("are turned as their Exif data say, in either byte order", () => {
    // Where the stored left edge, red, comes to lie (Exif 2.32, 4.6.4, orientation).
    const edges = { 1: "left", 2: "right", 3: "right", 4: "left", 5: "top", 6: "top", 7: "bottom", 8: "bottom" };
    for (const [orientation, edge] of Object.entries(edges)) {
      for (const little of [true, false]) {
        const pixels = decodeImage(turned(Number(orientation), little), "");
        const { width, height } = pixels;
        expect([width, height]).toEqual(edge === "left" || edge === "right" ? [16, 8] : [8, 16]);
        const ends = { left: [0, 3], right: [width - 1, 3], top: [3, 0], bottom: [3, height - 1] } as const;
        for (const [name, [x, y]] of Object.entries(ends)) {
          const opposite = { left: "right", right: "left", top: "bottom", bottom: "top" }[name];
          if (name === edge) expect(side(pixels, x, y)).toBe("red");
          else if (opposite === edge) expect(side(pixels, x, y)).toBe("blue");
        }
      }
    }
  });

  it("that are cut off, damaged or huge are refused in a line", () => {
    for (let end = 3; end < JPEG.length - 8; end += 7)
      expect(failure(JPEG.subarray(0, end))).toBe("x.png: is a JPEG file that is damaged or cut off");
    const huge = Buffer.from(JPEG);
    const frame = huge.indexOf(Buffer.from([0xff, 0xc0]));
    huge.writeUInt32BE(0xffff_ffff, frame + 5);
    expect(failure(huge)).toContain("has 65535 x 65535 pixels, but at most 48 million");
    huge[frame + 1] = 0xc3;
    expect(failure(huge)).toContain("of a rare kind");
  });
});

describe("readImage", () => {
  it("gives a model's input", async () => {
    const path = join(folder, "two.png");
    await writeFile(path, png({ width: 2, height: 1, depth: 8, color: 2 }, [[0, 51, 255, 102, 51, 255]]));
    expect(await readImage(path, { channels: 3, height: 1, width: 1 })).toEqual(Float32Array.from([0.2, 0.2, 1]));
  });

  it("says which file is missing, empty or something else", async () => {
    const shape = { channels: 3, height: 2, width: 2 };
    await expect(readImage(join(folder, "no.png"), shape)).rejects.toThrow(`${join(folder, "no.png")}: is missing`);
    await expect(readImage(folder, shape)).rejects.toThrow(`${folder}: is a folder`);
    expect(failure(Buffer.alloc(0))).toBe("x.png: is empty: PNG and JPEG files are read");
    expect(failure(Buffer.from("hello"))).toBe("x.png: is no image: PNG and JPEG files are read");
    expect(failure(Buffer.from("GIF89a"))).toBe("x.png: is a GIF file: PNG and JPEG files are read");
    expect(failure(Buffer.from("<svg xmlns="))).toBe("x.png: is an SVG file: PNG and JPEG files are read");
  });
});
