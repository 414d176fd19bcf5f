import { stat } from "node:fs/promises";
import { load, UserError, type GenerateOptions, type LoadOptions } from "@s2s/runtime";
import type { TestItem } from "@s2s/trainer";
import { answersOf } from "../answers.ts";
import { fileLines } from "../input-text.ts";
import type { Terminal } from "../terminal.ts";

/** What is answered, and how by those systems that are models. */
export interface Questions {
  readonly items: readonly TestItem[];
  /** Of the test file's pairs, in their order: as many lines has a file of answers. */
  readonly pairs: number;
  /** Whether answers may be more, since only the first pairs were read. */
  readonly limited: boolean;
  readonly device: LoadOptions;
  readonly search: GenerateOptions;
}

/**
 * A system's answer to each item: those of a run or bundle, or the lines of a file, which has one for each pair.
 * @throws UserError where there is neither, or the file's lines do not fit the pairs
 */
export async function answersOfSystem(path: string, questions: Questions, terminal: Terminal): Promise<string[]> {
  if (!(await isModel(path))) return answersInFile(path, questions);
  const model = await load(path, { ...questions.device, worker: false });
  try {
    const sources = questions.items.map(({ source }) => source);
    return await answersOf(model, sources, questions.search, terminal);
  } finally {
    await model.dispose();
  }
}

async function isModel(path: string): Promise<boolean> {
  return path.endsWith(".onnx") || (await stat(path)).isDirectory();
}

async function answersInFile(path: string, { items, pairs, limited }: Questions): Promise<string[]> {
  const lines: string[] = [];
  for await (const group of fileLines(path)) lines.push(...group.map(({ text }) => text));
  if (lines.length !== pairs && !(limited && lines.length > pairs))
    throw new UserError(`${path}: has ${lines.length} lines, but there are ${pairs} pairs: give one answer for each pair, a line each`);
  return items.map(({ source, pairs: own }) => {
    const [first = 0, ...others] = own;
    const different = others.find((pair) => lines[pair] !== lines[first]);
    if (different === undefined) return (lines[first] as string).normalize("NFC");
    throw new UserError(
      `${path}:${different + 1}: another answer to ${JSON.stringify(source)} than in line ${first + 1}: give one, or --references line`,
    );
  });
}
