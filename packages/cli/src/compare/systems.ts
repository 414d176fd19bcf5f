import { stat } from "node:fs/promises";
import { load, readBundle, UserError, type GenerateOptions, type LoadOptions } from "@s2s/runtime";
import { readPairs, taskOf, type Config, type Question, type TestItem } from "@s2s/trainer";
import { answersOf } from "../answers.ts";
import { fileLines } from "../input-text.ts";
import type { Terminal } from "../terminal.ts";

/** What is answered, and how by those systems that are models. */
export interface Questions {
  readonly items: readonly TestItem[];
  /** Of the test file's examples, in their order: as many lines has a file of answers. */
  readonly count: number;
  /** Whether answers may be more, since only the first examples were read. */
  readonly limited: boolean;
  readonly device: LoadOptions;
  readonly search: GenerateOptions;
}

/** The examples of a file as the first of the systems that is a model reads them; else, and for labels, columns of text. */
export async function readExamples(file: string, config: Config, systems: readonly string[]): Promise<readonly Question[]> {
  for (const path of systems) {
    if (!(await isModel(path))) continue;
    const bundle = await readBundle(path);
    const questions = await taskOf(bundle.manifest.task).questions?.(file, config, bundle);
    if (questions !== undefined) return questions;
  }
  const pairs: Question[] = [];
  for await (const block of readPairs(file, config.data)) pairs.push(...block);
  return pairs;
}

/**
 * A system's answer to each item: those of a run or bundle, or the lines of a file, which has one for each example.
 * @throws UserError where there is neither, or the file's lines do not fit the examples
 */
export async function answersOfSystem(path: string, questions: Questions, terminal: Terminal): Promise<string[]> {
  if (!(await isModel(path))) return answersInFile(path, questions);
  const model = await load(path, { ...questions.device, worker: false });
  try {
    const inputs = questions.items.map(({ input }) => input);
    return await answersOf(model, inputs, questions.search, terminal);
  } finally {
    await model.dispose();
  }
}

async function isModel(path: string): Promise<boolean> {
  return path.endsWith(".onnx") || (await stat(path)).isDirectory();
}

async function answersInFile(path: string, { items, count, limited }: Questions): Promise<string[]> {
  const lines: string[] = [];
  for await (const group of fileLines(path)) lines.push(...group.map(({ text }) => text));
  if (lines.length !== count && !(limited && lines.length > count))
    throw new UserError(`${path}: has ${lines.length} lines, but there are ${count} examples: give one answer for each, a line each`);
  return items.map(({ source, pairs: own }) => {
    const [first = 0, ...others] = own;
    const different = others.find((pair) => lines[pair] !== lines[first]);
    if (different === undefined) return (lines[first] as string).normalize("NFC");
    throw new UserError(
      `${path}:${different + 1}: another answer to ${JSON.stringify(source)} than in line ${first + 1}: give one, or --references line`,
    );
  });
}
