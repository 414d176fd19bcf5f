import type { ConfigInput } from "@s2s/trainer";
import { Draws } from "./draws.ts";
import { dealtAnew, generatedFiles } from "./generated.ts";
import { configFile, type Recipe } from "./recipe.ts";

const SIZES = { train: 1500, valid: 200, test: 400 };

const CONFIG: ConfigInput = {
  task: "next",
  data: { train: "train.txt", valid: "valid.txt" },
  // Strings are rarely longer: what is to be remembered stands at their beginning.
  forecast: { window: 100 },
  encoder: { embedding: 16, hidden: 32 },
  training: { epochs: 8, batchSize: 64, learningRate: 0.005 },
};

/** The automaton of Reber 1967: from each state the letters that may come and the states they lead to; the last one has none. */
const REBER: readonly (readonly (readonly [letter: string, state: number])[])[] = [
  [
    ["T", 1],
    ["P", 2],
  ],
  [
    ["S", 1],
    ["X", 3],
  ],
  [
    ["T", 2],
    ["V", 4],
  ],
  [
    ["X", 2],
    ["S", 5],
  ],
  [
    ["P", 3],
    ["V", 5],
  ],
  [],
];

/**
 * Strings of the embedded Reber grammar (Hochreiter & Schmidhuber 1997, experiment 1): the last letter but one is the second one again, however
 * long what lies between. Elsewhere two letters may follow, so that not every letter can be foreseen.
 */
export const next: Recipe = {
  description: "strings of the embedded Reber grammar, each letter to the next: a long dependency to keep in mind",
  make: ({ seed }) => [
    ...dealtAnew(
      generatedFiles(
        SIZES,
        (index) => {
          const text = drawEmbedded(new Draws(seed, "next", index));
          return { key: text, line: text };
        },
        "txt",
      ),
      seed,
      "next",
    ),
    configFile(CONFIG),
  ],
};

function drawEmbedded(draws: Draws): string {
  const branch = draws.pick(["T", "P"]);
  return `B${branch}${drawReber(draws)}${branch}E`;
}

function drawReber(draws: Draws): string {
  let text = "B";
  for (let ways = REBER[0]!; ways.length > 0;) {
    const [letter, state] = draws.pick(ways);
    text += letter;
    ways = REBER[state]!;
  }
  return `${text}E`;
}
