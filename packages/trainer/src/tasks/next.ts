import { Windows } from "../data/series/windows.ts";
import { forecastTask } from "./forecast.ts";
import { nextToken } from "./next-token.ts";
import type { Task } from "./task.ts";

const numbers = forecastTask("next") as Task;
const tokens = nextToken as Task;

const ofExamples = (examples: unknown): Task => (examples instanceof Windows ? numbers : tokens);

/** What comes next: a token, chosen from those that were seen, or a row of numbers (source.kind vectors: a CSV file). */
export const next: Task = {
  name: "next",
  unit: "step",
  sources: ["text", "vectors"],
  writesTokens: false,
  ask: (folder, input) => (input === "tokens" ? `predict ${folder} "the beginning"` : numbers.ask(folder, input)),
  fileEnding: (input) => (input === "tokens" ? ".txt" : numbers.fileEnding(input)),
  check(config, refuse) {
    tokens.check?.(config, refuse);
    if (config.source.kind === "vectors") numbers.check?.(config, refuse);
  },
  load: (config) => (config.source.kind === "vectors" ? numbers : tokens).load(config),
  read: (file, config, bundle) => (bundle.manifest.series ? numbers : tokens).read(file, config, bundle),
  figures: numbers.figures,
  worth: (figures) => ("accuracy" in figures ? tokens : numbers).worth!(figures),
  measure: async (folder, examples, options) => ofExamples(examples).measure(folder, examples, options),
  details: async (folder, examples, options) => (await ofExamples(examples).details?.(folder, examples, options)) ?? {},
};
