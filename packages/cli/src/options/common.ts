import { UserError } from "@s2s/runtime";
import { PRECISIONS, type Precision } from "@s2s/runtime/manifest";
import { configKeys, type ConfigKey } from "@s2s/trainer";
import { Option } from "commander";
import { suggestion } from "./nearest.ts";
import { parseOption } from "./value.ts";

/** `--json`: one JSON object on stdout instead of text. */
export function jsonOption(description = "print the figures as one JSON object"): Option {
  return new Option("--json", description);
}

/** Reads one of a few names. @param what as typed or as help has it, for the message */
export function oneOf(what: string, names: readonly string[]): (text: string) => string {
  return (text) => {
    if (names.includes(text)) return text;
    const near = suggestion(text, names);
    throw new UserError(`${what} ${text || '""'}: must be one of ${names.join(", ")}${near && `; ${near}`}`);
  };
}

/** A whole number with bounds that is no key of the configuration. */
export function countOption(name: string, description: string, maximum: number): Option {
  const key: ConfigKey = { key: name, type: "integer", description, minimum: 1, maximum };
  return new Option(`--${name} <n>`, description).argParser((text) => parseOption(key, `--${name}`, text));
}

/** `--device`: where a model runs that is loaded to answer. */
export function deviceOption(): Option {
  return new Option(
    "--device <name>",
    "auto, cpu, cuda, webgpu, wasm or a long name such as node-cpu (default: auto); `s2s doctor` says which work here",
  );
}

/** `--precision` of a model that is loaded to answer: which of the variants that it was exported with. */
export function precisionOption(): Option {
  const names: readonly (Precision | "auto")[] = ["auto", ...PRECISIONS];
  return new Option(
    `--precision <${names.join("|")}>`,
    "of a model that was exported in several (default: auto, the first that runs on the device)",
  ).argParser(oneOf("--precision", names));
}

/** `--ep`, as for training. */
export function providerOption(): Option {
  const key = configKeys().find((each) => each.key === "training.ep");
  if (key?.choices === undefined) throw new Error("the configuration has no training.ep");
  return new Option(`--ep <${key.choices.join("|")}>`, "execution provider; --device has more").argParser((text) =>
    parseOption(key, "--ep", text),
  );
}

/** The value of an option that a command cannot do without. @throws UserError naming it */
export function required<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new UserError(message);
  return value;
}
