import { dirname, resolve } from "node:path";
import type { Bundle, ModelInput } from "@s2s/runtime";
import type { Config } from "../config.ts";
import { readRawExamples } from "../data/raw-examples.ts";
import type { RawExample } from "../data/raw-examples.ts";
import { kindOf } from "../data/sources/index.ts";
import type { Question } from "../measures/test-set.ts";

/** The examples of a file as a model is asked them: texts as they are, images by their paths, numbers as lists. */
export async function readQuestions(file: string, { data }: Pick<Config, "data">, { manifest }: Bundle): Promise<Question[]> {
  const kind = kindOf(manifest.model.input);
  const inputOf = (source: unknown): ModelInput =>
    kind === "image" ? resolve(data.images ?? dirname(file), source as string) : (source as ModelInput);
  const questions: Question[] = [];
  for await (const { source, target } of readRawExamples(file, kind, data, data.limit))
    questions.push({ source: nameOf(source), target, input: inputOf(source) });
  return questions;
}

/** The same for what is the same. */
function nameOf(source: RawExample["source"]): string {
  return typeof source === "string" ? source : JSON.stringify(source);
}
