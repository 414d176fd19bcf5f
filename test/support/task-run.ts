import { expect } from "vitest";
import type { CallsHere } from "./cli-here.ts";
import type { Files } from "./task-data.ts";
import type { Workplace } from "./workplace.ts";

/** A task, data of which it learns enough within seconds, and what it must then know. */
export interface TaskCase {
  /** The first one is trained on, the second one held out. */
  readonly files: Files;
  /** Of `s2s train`, separated by spaces. */
  readonly options: string;
  /** Figures that `s2s evaluate` must give, and the bounds that they are in, which no model reaches that has learned nothing. */
  readonly figures: Readonly<Record<string, readonly [least: number, most: number]>>;
  /** Of `s2s predict`; files by their names. */
  readonly inputs: readonly string[];
  readonly predict?: readonly string[];
  /** What is printed. */
  readonly printed: RegExp;
  /** What matters of an answer in JSON, which storage in eight bits must not change. */
  readonly answer: (prediction: never) => unknown;
  readonly answers: readonly unknown[];
}

/** Writes files into a folder of their own. Returns their paths. */
export async function writeCase(place: Workplace, folder: string, files: Files): Promise<string[]> {
  for (const [file, content] of Object.entries(files)) await place.write(`${folder}/${file}`, content);
  return Object.keys(files).map((file) => `${folder}/${file}`);
}

/** Trains, evaluates, predicts, exports in eight bits, and evaluates and predicts again, as a person does it. */
export async function tryTask(place: Workplace, calls: CallsHere, name: string, task: TaskCase): Promise<void> {
  const { files, options, figures, predict = [], printed, answer, answers } = task;
  const [data, test] = (await writeCase(place, name, files)) as [string, string];
  const run = `${name}/run`;
  const inputs = task.inputs.map((input) => (input in files ? `${name}/${input}` : input));
  const evaluate = async (folder: string) => {
    const found = await calls.json<Readonly<Record<string, unknown>>>("evaluate", folder, "--data", test);
    for (const [figure, [least, most]] of Object.entries(figures)) {
      expect(found[figure], `${figure} of ${JSON.stringify(found)}`).toBeGreaterThanOrEqual(least);
      expect(found[figure], `${figure} of ${JSON.stringify(found)}`).toBeLessThanOrEqual(most);
    }
  };
  const answersOf = async (folder: string) =>
    (await calls.ok("predict", folder, ...inputs, ...predict, "--json"))
      .trimEnd()
      .split("\n")
      .map((line) => answer(JSON.parse(line) as never));

  await calls.ok("train", "--data", data, "--out", run, "--threads", "1", ...options.split(" "));
  await evaluate(run);
  expect(await calls.ok("predict", run, ...inputs, ...predict)).toMatch(printed);
  expect(await answersOf(run)).toEqual(answers);
  const drop = ["--max-accuracy-drop", "0.05"];
  expect(await calls.ok("export", run, "--out", `${name}/int8`, "--precision", "int8", ...drop)).toMatch(/^int8 +[\d.]+ kB/m);
  await evaluate(`${name}/int8`);
  expect(await answersOf(`${name}/int8`)).toEqual(answers);
}
