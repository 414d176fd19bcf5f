import { Option, type Command } from "commander";
import { UserError } from "@s2s/runtime";
import type { ConfigInput, ConfigKey } from "@s2s/trainer";
import { resolve } from "node:path";
import { spellingsOf, type Spelling } from "./spellings.ts";
import { parseOption, type OptionValue } from "./value.ts";

const GROUPS: Readonly<Record<string, string>> = {
  task: "Task:",
  forecast: "Task:",
  draw: "Task:",
  data: "Data:",
  source: "Source and target text:",
  target: "Source and target text:",
  encoder: "Model:",
  decoder: "Model:",
  training: "Training:",
};

/** Keys that name files: on the command line relative to the current folder. */
const PATHS = new Set(["data.train", "data.valid", "data.images", "source.pretrained", "target.pretrained"]);

interface Given {
  /** As typed: `--hidden 256`. */
  readonly typed: string;
  readonly value: OptionValue;
}

interface Taken extends Given {
  /** Whether the option is the key's own, and sets no other. */
  readonly own: boolean;
}

/** The configuration keys that were given as options, each under whatever spelling. */
export class ConfigOptions {
  readonly #given = new Map<string, Taken>();

  /** Adds every spelling of every key to a command; the shortest one of each is listed in its help. */
  constructor(command: Command, keys: readonly ConfigKey[]) {
    for (const spelling of spellingsOf(keys)) this.#add(command, spelling);
  }

  /** What was given, as an object in the form of the config file. @param which "own": without what one option has set for both sides */
  input(which: "all" | "own" = "all"): ConfigInput {
    const sections: Record<string, Record<string, OptionValue>> = {};
    const alone: Record<string, OptionValue> = {};
    for (const [path, { value, own }] of this.#given) {
      if (which === "own" && !own) continue;
      const [section = "", leaf] = path.split(".");
      if (leaf === undefined) alone[section] = value;
      else (sections[section] ??= {})[leaf] = value;
    }
    return { ...alone, ...sections } as ConfigInput;
  }

  /** What an error begins with that is about a key of `input`: the option as it was typed, or else `origin`. */
  locate(path: readonly string[], origin: string): string {
    return this.#given.get(path.join("."))?.typed ?? origin;
  }

  /** The value given for a key, by its path. */
  get(path: string): OptionValue | undefined {
    return this.#given.get(path)?.value;
  }

  #add(command: Command, { name, keys, listed }: Spelling): void {
    const [key] = keys as [ConfigKey];
    const describe = (flags: string, text: string) => {
      const option = new Option(flags, text).helpGroup(groupOf(keys)).hideHelp(!listed);
      command.addOption(option);
    };
    const listen = (flag: string, read: (text: string | null) => { typed: string; value: OptionValue }) =>
      // Events instead of parsed values: they tell which spelling was typed, and how often.
      command.on(`option:${flag}`, (text: string | null) => this.#take(keys, read(text)));
    if (key.type === "boolean") {
      describe(`--${name} [true|false]`, describeKeys(keys));
      listen(name, (text) => ({ typed: text === null ? `--${name}` : `--${name} ${text}`, value: parseOption(key, `--${name}`, text) }));
      command.addOption(new Option(`--no-${name}`).hideHelp());
      listen(`no-${name}`, () => ({ typed: `--no-${name}`, value: false }));
    } else {
      describe(`--${name} ${placeholder(key)}`, describeKeys(keys));
      listen(name, (text) => ({ typed: `--${name} ${text}`, value: parseOption(key, `--${name}`, text) }));
    }
  }

  #take(keys: readonly ConfigKey[], { typed, value }: Given): void {
    for (const { key: path } of keys) {
      const settled = PATHS.has(path) ? resolve(String(value)) : value;
      const earlier = this.#given.get(path);
      if (earlier !== undefined && earlier.value !== settled) {
        throw new UserError(`${earlier.typed} and ${typed} both set ${path}: give one of them`);
      }
      this.#given.set(path, { typed, value: settled, own: keys.length === 1 });
    }
  }
}

function groupOf(keys: readonly ConfigKey[]): string {
  return GROUPS[keys[0]?.key.split(".")[0] ?? ""] ?? "Options:";
}

function placeholder(key: ConfigKey): string {
  if (key.choices !== undefined) return `<${key.choices.join("|")}>`;
  if (PATHS.has(key.key)) return "<file>";
  return key.type === "string" ? "<text>" : key.type === "integer" ? "<n>" : "<x>";
}

/** The key's own description; an alias of both sides says which keys it sets. */
function describeKeys(keys: readonly ConfigKey[]): string {
  const [key] = keys as [ConfigKey];
  const standard = key.default === undefined || key.type === "boolean" ? "" : ` (default: ${String(key.default)})`;
  return keys.length === 1 ? `${key.description}${standard}` : `sets ${keys.map((each) => each.key).join(" and ")}`;
}
