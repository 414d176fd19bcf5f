import { UserError } from "@s2s/runtime";
import { readLines } from "./data/lines.ts";
import { plural } from "./plural.ts";

/** Vectors of some of a vocabulary's tokens. */
export interface WordVectors {
  /** By the token's id. */
  readonly rows: ReadonlyMap<number, Float32Array>;
  /** Words of the vocabulary that the file does not have. */
  readonly missing: number;
  /** Lines that repeat a word; the first one counts. */
  readonly repeated: number;
}

const WHOLE = /^\d+$/;

/**
 * Reads the vectors of a vocabulary's tokens from a text file as word2vec and GloVe write it: a word and its numbers a line, between spaces; word2vec's
 * first line says how many words and numbers there are. What is not in the vocabulary is passed over, so that files of any size take the memory
 * of what is found. GloVe's words with spaces in them are no tokens.
 *
 * @param tokens the index is the id; special tokens are looked for by their names, too
 * @param width of the embedding
 * @throws UserError with file:line for vectors of another width and what is no number, and where the file has fewer words than its header says, or none
 * of the vocabulary
 */
export async function readWordVectors(path: string, tokens: readonly string[], width: number): Promise<WordVectors> {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const rows = new Map<number, Float32Array>();
  let repeated = 0;
  let isFirst = true;
  let [promised, vectors] = [0, 0];
  for await (const { first, lines } of readLines(path)) {
    for (const [i, line] of lines.entries()) {
      const where = `${path}:${first + i}`;
      if (isFirst) {
        const fields = fieldsOf(line);
        const isHeader = fields.length === 2 && fields.every((field) => WHOLE.test(field));
        checkWidth(isHeader ? Number(fields[1]) : fields.length - 1, width, where);
        isFirst = false;
        if (isHeader) {
          promised = Number(fields[0]);
          continue;
        }
      }
      if (line !== "") vectors += 1;
      const id = ids.get(line.slice(0, Math.max(0, line.indexOf(" "))));
      if (id === undefined) continue;
      const numbers = fieldsOf(line).slice(1);
      // A word with spaces in it, whose first part is in the vocabulary.
      if (numbers.length > width) continue;
      checkWidth(numbers.length, width, where);
      if (rows.has(id)) repeated += 1;
      else rows.set(id, vectorOf(numbers, where));
    }
  }
  if (isFirst) throw new UserError(`${path}: is empty; give word vectors as word2vec or GloVe write them as text`);
  if (vectors < promised)
    throw new UserError(`${path}: holds ${plural(vectors, "vector")}, but its first line says ${promised}: it is cut off; get it again`);
  const words = tokens.length - SPECIALS;
  const found = [...rows.keys()].filter((id) => id >= SPECIALS).length;
  if (found === 0) throw new UserError(`${path}: has none of the ${words} words of the vocabulary; is it of this language, and of words?`);
  return { rows, missing: words - found, repeated };
}

/** Tokens in front of a vocabulary that are no words. */
const SPECIALS = 4;

// word2vec ends its lines with a space.
const fieldsOf = (line: string): string[] => line.trimEnd().split(" ");

function checkWidth(found: number, width: number, where: string): void {
  if (found !== width) {
    throw new UserError(
      `${where}: the vector has ${plural(found, "number")}, the embedding ${width}: give the embedding the vectors' width`,
    );
  }
}

function vectorOf(numbers: readonly string[], where: string): Float32Array {
  return Float32Array.from(numbers, (text) => {
    const number = text === "" ? Number.NaN : Number(text);
    if (!Number.isFinite(Math.fround(number)))
      throw new UserError(`${where}: ${JSON.stringify(text.slice(0, 40))} is no number that a float32 holds`);
    return number;
  });
}
