import type { ConfigInput } from "@s2s/trainer";
import { Draws } from "./draws.ts";
import { generatedFiles } from "./generated.ts";
import { configFile, type Recipe } from "./recipe.ts";

const SIZES = { train: 100_000, valid: 1000, test: 1000 };
const DIGITS = 4;
const NESTING = 3;
/** Variables' names; a program has at most two for each of its operations. */
const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

const CONFIG: ConfigInput = {
  data: { train: "train.tsv", valid: "valid.tsv" },
  encoder: { embedding: 32, hidden: 256, layers: 2 },
  decoder: { embedding: 32, hidden: 256, layers: 2, attention: "general" },
  training: { epochs: 12, batchSize: 64, learningRate: 0.001, dropout: 0.1, curriculum: 3 },
};

/**
 * Short programs in a part of Python and what they print, made by the algorithm of Zaremba & Sutskever 2014, appendix A: operations are stacked
 * upon each other's results. Lines are separated by "|", since a pair is one line. The third column is the difficulty, digits plus nesting.
 */
export const programs: Recipe = {
  description: 'short Python programs to what they print (Zaremba & Sutskever 2014): "a=85|print((a+7)*2)" to "184"',
  make: ({ seed }) => [
    ...generatedFiles(SIZES, (index) => {
      const { source, output, difficulty } = drawProgram(seed, index);
      return { key: source, line: `${source}\t${output}\t${difficulty}` };
    }),
    configFile(CONFIG),
  ],
};

/** An expression, the statements in front of it, and its value. */
interface Part {
  readonly statements: readonly string[];
  readonly code: string;
  readonly value: number;
}

export interface Program {
  readonly source: string;
  readonly output: string;
  readonly difficulty: number;
}

/** A function of (seed, index). */
function drawProgram(seed: number, index: number): Program {
  const draws = new Draws(seed, "programs", index);
  const [digits, nesting] = [draws.whole(1, DIGITS), draws.whole(1, NESTING)];
  const names = NAMES.values();
  const number = (): Part => {
    const value = draws.whole(0, 10 ** digits - 1);
    return { statements: [], code: String(value), value };
  };
  let top: Part | undefined;
  /** The result so far, more often than not, or a number. */
  const operand = (): Part => {
    const taken = top !== undefined && draws.chance(0.7) ? top : undefined;
    if (taken !== undefined) top = undefined;
    return taken ?? number();
  };
  for (let level = 0; level < nesting; level++) {
    const made: Part = draws.pick(OPERATIONS)({ draws, operand, name: () => names.next().value!, most: 4 * digits });
    top = top === undefined || level === nesting - 1 ? made : draws.chance(0.5) ? made : top;
  }
  const { statements, code, value } = top!;
  return { source: [...statements, `print(${code})`].join("|"), output: String(value), difficulty: digits + nesting };
}

interface Making {
  readonly draws: Draws;
  readonly operand: () => Part;
  readonly name: () => string;
  /** The largest factor and the most turns of a loop: products and loops grow with the length alone. */
  readonly most: number;
}

const addOrSubtract = ({ draws, operand }: Making): Part => {
  const [a, b] = [operand(), operand()];
  const plus = draws.chance(0.5);
  const code = `(${a.code}${plus ? "+" : "-"}${b.code})`;
  return { statements: [...a.statements, ...b.statements], code, value: plus ? a.value + b.value : a.value - b.value };
};

const multiply = ({ draws, operand, most }: Making): Part => {
  const a = operand();
  const factor = draws.whole(1, most);
  return { statements: a.statements, code: `(${a.code}*${factor})`, value: a.value * factor };
};

const assign = ({ operand, name }: Making): Part => {
  const [a, b] = [operand(), operand()];
  const variable = name();
  return {
    statements: [...a.statements, ...b.statements, `${variable}=${a.code}`],
    code: `(${variable}+${b.code})`,
    value: a.value + b.value,
  };
};

const loop = ({ draws, operand, name, most }: Making): Part => {
  const [a, b] = [operand(), operand()];
  const variable = name();
  const turns = draws.whole(1, most);
  const plus = draws.chance(0.5);
  const statements = [
    ...a.statements,
    ...b.statements,
    `${variable}=${a.code}`,
    `for x in range(${turns}):${variable}${plus ? "+" : "-"}=${b.code}`,
  ];
  return { statements, code: variable, value: a.value + (plus ? turns : -turns) * b.value };
};

const choose = ({ draws, operand }: Making): Part => {
  const [yes, no, left, right] = [operand(), operand(), operand(), operand()];
  const greater = draws.chance(0.5);
  const holds = greater ? left.value > right.value : left.value < right.value;
  return {
    statements: [yes, no, left, right].flatMap(({ statements }) => statements),
    code: `(${yes.code} if ${left.code}${greater ? ">" : "<"}${right.code} else ${no.code})`,
    value: holds ? yes.value : no.value,
  };
};

const OPERATIONS: readonly ((making: Making) => Part)[] = [addOrSubtract, multiply, assign, loop, choose];
