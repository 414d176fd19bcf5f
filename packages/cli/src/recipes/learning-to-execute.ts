import type { ConfigInput } from "@s2s/trainer";
import { Draws } from "./draws.ts";
import { generatedFiles, type Part } from "./generated.ts";
import { configFile, type Recipe } from "./recipe.ts";

const SIZES = { train: 300_000, valid: 1000, test: 1000 };
const DIGITS = 4;

/**
 * Zaremba & Sutskever 2014, section 4.2, in numbers of up to four digits. The third column is how many digits the numbers have: the curriculum
 * starts from few and goes on, mixed with examples of all, as their "combined" strategy does. Attention is ours: it learns in four epochs what
 * their decoder, which sees the question once, has not begun to learn in twelve.
 */
const CONFIG: ConfigInput = {
  data: { train: "train.tsv", valid: "valid.tsv" },
  encoder: { embedding: 32, hidden: 128, bidirectional: true },
  decoder: { embedding: 32, hidden: 128, attention: "general" },
  training: { epochs: 10, batchSize: 128, learningRate: 0.003, schedule: "cosine", curriculum: 3, bucket: 1 },
};

export const learningToExecute: Recipe = {
  description: 'additions as programs with a curriculum (Zaremba & Sutskever 2014): "print(1234+567)" to "1801"',
  make: ({ seed }) => [...generatedFiles(SIZES, (index, part) => drawAddition(seed, index, part)), configFile(CONFIG)],
};

/** Both numbers have the same count of digits; what is measured has the most. There are few short additions, so most are long. */
function drawAddition(seed: number, index: number, part: Part) {
  const draws = new Draws(seed, "learning to execute", index);
  const digits = part === "train" ? draws.whole(1, DIGITS) : DIGITS;
  const number = (): number => draws.whole(digits === 1 ? 0 : 10 ** (digits - 1), 10 ** digits - 1);
  const [a, b] = [number(), number()];
  const source = `print(${a}+${b})`;
  return { key: source, line: `${source}\t${a + b}\t${digits}` };
}
