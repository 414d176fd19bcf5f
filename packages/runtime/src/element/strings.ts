import type { TaskWords } from "./tasks/words.ts";

/** All words that the element says to a visitor: those of tasks are there when their views are. */
export interface Strings extends TaskWords {
  /** Name of the input where the page gives no label. */
  readonly input: string;
  /** Name of the answer, for screen readers. */
  readonly output: string;
  readonly placeholder: string;
  readonly send: string;
  readonly stop: string;
  readonly loading: string;
  readonly answering: string;
  readonly stopped: string;
  /** The answer ended at the greatest length. */
  readonly truncated: string;
  /** Why a form cannot be sent: there must be an answer, or one is on its way. */
  readonly required: string;
  readonly unfinished: string;
  /** The model could not be loaded without a network, or at all. */
  readonly offline: string;
  readonly loadFailed: string;
  /** The text is longer than the model reads, or otherwise not for it. What is wrong in full stands where the words have `{error}`. */
  readonly refused: string;
  readonly failed: string;
}

const ENGLISH: Omit<Strings, keyof TaskWords> & Partial<TaskWords> = {
  input: "Text",
  output: "Answer",
  placeholder: "",
  send: "Translate",
  stop: "Stop",
  loading: "Loading the model",
  answering: "Working",
  stopped: "Stopped",
  truncated: "The answer was cut off: it reached the greatest length.",
  required: "Get an answer first.",
  unfinished: "Wait for the answer, or stop it.",
  offline: "You are offline, and the model is not on this device yet.",
  loadFailed: "The model could not be loaded. Try again later.",
  refused: "This text cannot be answered. It may be too long for the model.",
  failed: "Something went wrong. Try again.",
};

const languages = new Map<string, Partial<Strings>>();
const listeners = new Set<() => void>();

/** Gives the words of a language ("de", "pt-BR") for all elements whose `lang`, or that of what they stand in, is that language. */
export function setLanguage(language: string, strings: Partial<Strings>): void {
  languages.set(language.toLowerCase(), strings);
  for (const listener of listeners) listener();
}

/** Adds the English words of views that have come. */
export function addWords(words: Partial<Strings>): void {
  Object.assign(ENGLISH, words);
}

/** Calls back when there are words that were not there before. Returns what ends that. */
export function whenWordsCome(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The words of an element: English, then those of its language, of its region, and its own. @param task whose word stands on the button */
export function stringsFor(language: string, own: Partial<Strings>, task = ""): Strings {
  const tag = language.toLowerCase();
  const words = { ...ENGLISH, ...languages.get(tag.split("-", 1)[0] as string), ...languages.get(tag), ...own } as Strings;
  return { ...words, send: own.send ?? words[task as keyof TaskWords] ?? words.send };
}
