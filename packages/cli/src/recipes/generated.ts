import { shuffled } from "./draws.ts";
import { linesFile, type RecipeFile } from "./recipe.ts";

/** Examples in each file. */
export interface Sizes {
  readonly train: number;
  readonly valid: number;
  readonly test: number;
}

/** Repeats in a row after which there is nothing new to come. */
const MOST_REPEATS = 100_000;

/**
 * train, valid and test from a stream of examples of which none has a source that came before; test.tsv does not change with the sizes of the
 * others.
 *
 * @param draw the example of an index, for one of the files
 * @param extension of the files: tsv (source, tab, target), txt or jsonl
 */
export function generatedFiles(sizes: Sizes, draw: DrawExample, extension = "tsv"): RecipeFile[] {
  const next = newExamples(draw);
  const take = (part: Part): RecipeFile =>
    linesFile(
      `${part}.${extension}`,
      Array.from({ length: sizes[part] }, () => next(part)),
    );
  const test = take("test");
  const valid = take("valid");
  const train = take("train");
  return [train, valid, test];
}

/**
 * The examples of all files dealt to them anew. Where few examples are short, the files that are drawn first take nearly all of those, and what is
 * measured is what training lacks.
 */
export function dealtAnew(files: readonly RecipeFile[], seed: number, purpose: string): RecipeFile[] {
  const lines = shuffled(
    files.flatMap(({ content }) => String(content).trimEnd().split("\n")),
    seed,
    purpose,
  );
  return files.map(({ name, examples = 0 }) => linesFile(name, lines.splice(0, examples)));
}

export type Part = keyof Sizes;
export type DrawExample = (index: number, part: Part) => DrawnExample;

export interface DrawnExample {
  /** What no other example may have. */
  readonly key: string;
  /** The example as a line of its file. */
  readonly line: string;
}

export const pair = (source: string, target: string): DrawnExample => ({ key: source, line: `${source}\t${target}` });

/** Draws the next example that is new, as a line. */
function newExamples(draw: DrawExample): (part: Part) => string {
  const seen = new Set<string>();
  let index = 0;
  return (part) => {
    for (const last = index + MOST_REPEATS; index < last;) {
      const { key, line } = draw(index++, part);
      if (seen.has(key)) continue;
      seen.add(key);
      return line;
    }
    throw new Error(`the recipe has no more than ${seen.size} different examples`);
  };
}
