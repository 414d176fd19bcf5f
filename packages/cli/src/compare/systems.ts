import { stat } from "node:fs/promises";
import { type Bundle, load, readBundle, UserError, type GenerateOptions, type LoadOptions } from "@s2s/runtime";
import { holdsRun, readPairs, readRunConfig, taskOf, type Config, type Question, type TestItem } from "@s2s/trainer";
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

/** A run or bundle, or a file of answers. */
export interface System {
  readonly path: string;
  /** Of a model. */
  readonly bundle: Bundle | undefined;
  /** Of a run that knows it: where the images lie. */
  readonly images: string | undefined;
}

/** @throws UserError for a path that cannot be read, and a model that answers with neither texts nor labels */
export async function openSystem(path: string): Promise<System> {
  if (!(await isModel(path))) return { path, bundle: undefined, images: undefined };
  const bundle = await readBundle(path);
  const { task, model } = bundle.manifest;
  if (writesOf(bundle) === undefined || (model.input.kind === "none" && model.output.kind === "tokens"))
    throw new UserError(
      `${path}: compare is for models that answer with texts or labels, not for the task ${task}: measure each model with s2s evaluate`,
    );
  return { path, bundle, images: (await holdsRun(path)) ? (await readRunConfig(path)).data.images : undefined };
}

/** @throws UserError where both are models and one writes what the other does not */
export function requireAlike(a: System, b: System): void {
  if (a.bundle === undefined || b.bundle === undefined) return;
  const [ofA, ofB] = [writesOf(a.bundle), writesOf(b.bundle)];
  if (ofA !== ofB) throw new UserError(`${a.path} writes ${ofA}, but ${b.path} ${ofB}: compare models whose tasks write the same`);
}

/** Whether a system answers with labels: what a BLEU says nothing of. */
export const writesLabels = ({ bundle }: System): boolean => bundle !== undefined && writesOf(bundle) !== "texts";

function writesOf({ manifest }: Bundle): "texts" | "a label" | "labels" | undefined {
  switch (manifest.model.output.kind) {
    case "tokens":
      return "texts";
    case "label":
      return "a label";
    case "labels":
      return "labels";
    default:
      return undefined;
  }
}

/** The examples of a file as the first of the systems that is a model reads them; else, and for labels, columns of text. */
export async function readExamples(file: string, config: Config, systems: readonly System[]): Promise<readonly Question[]> {
  for (const { bundle } of systems) {
    if (bundle === undefined) continue;
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
export async function answersOfSystem({ path, bundle }: System, questions: Questions, terminal: Terminal): Promise<string[]> {
  if (bundle === undefined) return answersInFile(path, questions);
  const model = await load(path, { ...questions.device, worker: false });
  try {
    const inputs = questions.items.map(({ input }) => input);
    return await answersOf(path, model, inputs, questions.search, terminal);
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
