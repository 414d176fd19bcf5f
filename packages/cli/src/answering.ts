import type { Model, Refusal } from "@s2s/runtime";
import { UserError } from "@s2s/runtime";
import { EXIT } from "./errors.ts";
import { nameFlags } from "./options/search-options.ts";
import type { Terminal } from "./terminal.ts";
import { type InputLine, lineGroups } from "./text-lines.ts";

/** Lines of a file that are answered at a time: enough to batch like lengths, few enough that answers come soon. */
const GROUP = 256;

/** How lines become answers, and these lines of output. */
export interface Answering<A extends object> {
  readonly terminal: Terminal;
  readonly json: boolean;
  /** What an argument is called in messages. */
  readonly noun: string;
  /** What a line is read as. @throws UserError where it is none */
  readonly read: (text: string) => unknown;
  readonly ask: (inputs: readonly unknown[]) => Promise<readonly (A | Refusal)[]>;
  /** Of one answer, as text. */
  readonly print: (answer: A) => readonly string[];
  /** Is given the answers of each group. */
  readonly onAnswers?: (answers: readonly A[]) => void;
}

/** Answers the texts of a command line, or standard input where there are none. @param hint what is typed there */
export async function answerAll<A extends object>(texts: readonly string[], hint: string, answering: Answering<A>): Promise<void> {
  const { terminal } = answering;
  if (texts.length > 0) {
    await answerLines(
      texts.map((text, i) => ({ number: i + 1, text })),
      answering.noun,
      answering,
    );
    return;
  }
  if ((terminal.stdin as Partial<NodeJS.ReadStream>).isTTY) terminal.note(hint);
  for await (const lines of lineGroups(terminal.stdin, GROUP)) await answerLines(lines, "line", answering);
}

/** Answers lines in their order; what cannot be answered is reported and leaves its place empty. */
export async function answerLines<A extends object>(lines: readonly InputLine[], noun: string, answering: Answering<A>): Promise<void> {
  const { terminal, json, ask, print, onAnswers } = answering;
  const read = lines.map((line) => ("error" in line ? line : readLine(line.text, answering)));
  const asked = await naming(ask(read.flatMap((each) => ("error" in each ? [] : [each.input]))));
  let next = 0;
  const given: A[] = [];
  for (const [i, { number }] of lines.entries()) {
    const each = read[i] as (typeof read)[number];
    const answer = "error" in each ? { error: each.error } : (asked[next++] as A | Refusal);
    if (isRefusal(answer)) {
      const error = nameFlags(answer.error);
      terminal.note(`${noun} ${number}: ${error}`);
      terminal.exitCode = EXIT.userError;
      if (json) terminal.printJson({ [noun]: number, error });
      else terminal.print("");
      continue;
    }
    given.push(answer);
    if (json) terminal.printJson(answer);
    else for (const text of print(answer)) terminal.print(text);
  }
  onAnswers?.(given);
}

const isRefusal = (answer: object): answer is Refusal => "error" in answer;

function readLine<A extends object>(text: string, { read }: Answering<A>): { readonly input: unknown } | Refusal {
  try {
    return { input: read(text) };
  } catch (error) {
    if (error instanceof UserError) return { error: error.message };
    throw error;
  }
}

/** Messages name options as they were typed. */
async function naming<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw error instanceof UserError ? new UserError(nameFlags(error.message), { cause: error }) : error;
  });
}

/** Says where a model runs that was left to choose, where that is not the usual place. */
export function noteDevice(terminal: Terminal, { device: { name, reason } }: Pick<Model, "device">): void {
  if (reason.startsWith("auto") && name !== "node-cpu") terminal.note(`runs on ${name} (${reason})`);
}
