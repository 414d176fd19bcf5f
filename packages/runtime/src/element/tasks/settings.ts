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
  readonly #touched = new Set<Name>();

  constructor(names: readonly Name[]) {
    this.#fields = names.map((name) => {
      const field = make("input", { part: "number", type: "number", inputmode: "decimal", ...FIELDS[name] });
      field.addEventListener("input", () => this.#touched.add(name));
      return [name, field, make("span", {})] as const;
    });
    this.main = this.#fields[0]?.[1];
    this.elements = this.#fields.map(([, field, caption]) => make("label", { part: "setting" }, caption, field));
  }

  setWords(words: Strings): void {
    for (const [name, field, caption] of this.#fields) {
      caption.textContent = words[name];
      if (name === "seed") field.placeholder = words.anySeed;
    }
  }

  /** Has the element's options stand in the fields that nobody has touched. */
  begin(usual: PredictOptions): void {
    for (const [name, field] of this.#fields) {
      if (this.#touched.has(name)) continue;
      // Several answers cannot be compared where each token is drawn.
      const own = usual[name] ?? (name === "temperature" && (usual.beams ?? 1) > 1 ? 0 : field.defaultValue);
      field.value = String(own);
    }
  }

  reset(usual: PredictOptions): void {
    this.#touched.clear();
    this.begin(usual);
  }

  /** What stands in the fields. */
  read(): PredictOptions {
    return Object.fromEntries(this.#fields.flatMap(([name, field]) => (field.value === "" ? [] : [[name, field.valueAsNumber]])));
  }
}
