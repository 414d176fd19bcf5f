import { dirname, resolve } from "node:path";
import type { Bundle, ModelInput } from "@s2s/runtime";
import type { Config } from "../config.ts";
import { readPairs } from "../data/corpus.ts";
import { readRawExamples } from "../data/raw-examples.ts";
import { kindOf } from "../data/sources/index.ts";
import type { Question } from "../measures/reference-sets.ts";

/** The examples of a file as a model is asked them: texts as they are, images by their paths, numbers as lists. */
export async function readQuestions(file: string, { data }: Pick<Config, "data">, { manifest }: Bundle): Promise<Question[]> {
  const kind = kindOf(manifest.model.input);
  const questions: Question[] = [];
  if (kind === "text") {
    for await (const block of readPairs(file, data)) questions.push(...block);
    return questions;
  }
  for await (const { source, target } of readRawExamples(file, kind, data)) {
    if (kind === "image") {
      const path = resolve(data.images ?? dirname(file), source as string);
      questions.push({ source: path, target, input: path });
    } else questions.push({ source: JSON.stringify(source), target, input: source as ModelInput });
  }
  return questions;
}
