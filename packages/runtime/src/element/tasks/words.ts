/** What the element says to a visitor of tasks that are not from a text to a text. */
export interface TaskWords {
  /** On the button, by task. */
  readonly classify: string;
  readonly tag: string;
  readonly next: string;
  readonly generate: string;
  readonly forecast: string;
  readonly caption: string;
  readonly draw: string;
  /** Names of inputs. */
  readonly prompt: string;
  readonly rows: string;
  readonly numbers: string;
  readonly picture: string;
  readonly drop: string;
  readonly file: string;
  readonly temperature: string;
  readonly bias: string;
  readonly seed: string;
  /** In an empty field for the seed. */
  readonly anySeed: string;
  /** With `{seed}`: what an answer was drawn with. */
  readonly usedSeed: string;
  /** With `{column}`, `{first}`, `{last}` and `{steps}`: what a forecast says. */
  readonly forecastOf: string;
  readonly step: string;
  /** With `{points}`: what a drawing is to who does not see it. */
  readonly drawing: string;
  readonly save: string;
  /** With `{error}`: an input that cannot be read, and why. */
  readonly unreadable: string;
}

export const TASK_WORDS: TaskWords = {
  classify: "Classify",
  tag: "Tag",
  next: "Predict",
  generate: "Continue",
  forecast: "Forecast",
  caption: "Describe",
  draw: "Draw",
  prompt: "Beginning of the text",
  rows: "Last rows of the series",
  numbers: "Numbers, as JSON",
  picture: "Picture",
  drop: "or drop or paste one here",
  file: "From a file",
  temperature: "Temperature",
  bias: "Neatness",
  seed: "Seed",
  anySeed: "any",
  usedSeed: "Seed {seed}",
  forecastOf: "{column}: {first} at first, {last} after {steps} steps",
  step: "Step",
  drawing: "A drawing of {points} points",
  save: "Save as SVG",
  unreadable: "{error}",
};

/** Puts values in the places of their names. */
export function fill(words: string, values: Readonly<Record<string, string | number>>): string {
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
