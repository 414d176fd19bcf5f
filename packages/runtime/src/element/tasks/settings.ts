import type { PredictOptions } from "../../page.ts";
import { make } from "../make.ts";
import type { Strings } from "../strings.ts";

type Name = "temperature" | "bias" | "seed";

/** What can be set, and where it begins; a seed that is left out is another one each time. */
const FIELDS: Readonly<Record<Name, Readonly<Record<string, string>>>> = {
  temperature: { min: "0", max: "100", step: "any", value: "0.7" },
  bias: { min: "0", max: "10", step: "any", value: "1" },
  seed: { min: "0", max: "4294967295", step: "1" },
};

/** Fields for the options of answers that are drawn by chance. */
export class Settings {
  readonly elements: readonly HTMLElement[];
  /** The first field. */
  readonly main: HTMLInputElement | undefined;
  readonly #fields: readonly (readonly [Name, HTMLInputElement, HTMLElement])[];

  /** @param usual where the element's options say otherwise */
  constructor(names: readonly Name[], usual: PredictOptions) {
    this.#fields = names.map((name) => [name, fieldOf(name, usual[name]), make("span", {})] as const);
    this.main = this.#fields[0]?.[1];
    this.elements = this.#fields.map(([, field, caption]) => make("label", { part: "setting" }, caption, field));
  }

  setWords(words: Strings): void {
    for (const [name, field, caption] of this.#fields) {
      caption.textContent = words[name];
      if (name === "seed") field.placeholder = words.anySeed;
    }
  }

  /** What stands in the fields. */
  read(): PredictOptions {
    return Object.fromEntries(this.#fields.flatMap(([name, field]) => (field.value === "" ? [] : [[name, field.valueAsNumber]])));
  }
}

function fieldOf(name: Name, value: number | undefined): HTMLInputElement {
  const field = make("input", { part: "number", type: "number", inputmode: "decimal", ...FIELDS[name] });
  if (value !== undefined) field.value = String(value);
  return field;
}
