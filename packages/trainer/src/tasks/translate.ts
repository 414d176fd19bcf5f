import { PairedExamples } from "../data/paired-examples.ts";
import { modelConfig } from "../model-config.ts";
import { described } from "./described.ts";
import type { Task } from "./task.ts";
import { textToText } from "./text-to-text.ts";

const texts = textToText as Task;
const numbers = described("translate", ["text", "vectors", "vector", "image", "frames"]) as Task;

const ofExamples = (examples: unknown): Task => (examples instanceof PairedExamples ? numbers : texts);

/** A sequence to a text: text, or vectors by step, or frames (source.kind). */
export const translate: Task = {
  ...texts,
  sources: numbers.sources,
  ask: (folder, input) => (input === "tokens" ? texts : numbers).ask(folder, input),
  modelOf: (config, vocabulary) => ((config.source.kind ?? "text") === "text" ? modelConfig(config, vocabulary) : undefined),
  load: (config) => ((config.source.kind ?? "text") === "text" ? texts : numbers).load(config),
  read: (file, config, bundle) => (bundle.manifest.model.input.kind === "tokens" ? texts : numbers).read(file, config, bundle),
  measure: async (folder, examples, options) => ofExamples(examples).measure(folder, examples, options),
};
