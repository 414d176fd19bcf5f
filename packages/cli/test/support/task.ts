import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hash32 } from "@s2s/trainer";

const LETTERS = "abcdefgh";

/** Writes pairs.tsv: short texts and the same reversed, which a small model begins to learn in seconds. */
export async function writeTask(folder: string, pairs: number): Promise<string> {
  const lines = Array.from({ length: pairs }, (_, i) => {
    const length = 2 + (hash32(1, "length", 0, i) % 4);
    const text = Array.from({ length }, (_letter, k) => LETTERS[hash32(1, "letter", k, i) % LETTERS.length]);
    return `${text.join("")}\t${text.toReversed().join("")}\n`;
  });
  const path = join(folder, "pairs.tsv");
  await writeFile(path, lines.join(""));
  return path;
}
