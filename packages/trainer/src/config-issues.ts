import { UserError } from "@s2s/runtime";
import { closest } from "fastest-levenshtein";
import * as v from "valibot";
import { configKeys, describeValue } from "./config-keys.ts";
import { ConfigSchema } from "./config.ts";
import type { Config } from "./config.ts";

/** Says where a key stands: a file, perhaps with the line. */
export type Locate = (path: readonly string[]) => string;

const keys = configKeys();
const sections = new Set(keys.map(({ key }) => key.split(".")[0]!));

/** Validates a configuration and fills in the defaults. @throws UserError naming place, key and what is allowed */
export function validateConfig(input: unknown, locate: Locate): Config {
  if (!isSection(input)) throw new UserError(`${locate([])}: must be an object of sections, e.g. {"data": {"train": "pairs.tsv"}}`);
  refuseUnknownKeys(input, locate);
  const result = v.safeParse(ConfigSchema, input);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = (issue.path ?? []).map((item) => String(item.key));
  const key = keys.find((candidate) => candidate.key === path.join("."));
  const allowed = key === undefined ? "a text" : describeValue(key);
  throw new UserError(`${locate(path)}: ${path.join(".")} must be ${allowed}, but is ${show(issue.input)}`);
}

const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

// Valibot's strict objects take inherited names such as "constructor" for known ones, and suggest nothing.
function refuseUnknownKeys(input: Record<string, unknown>, locate: Locate): void {
  for (const [name, value] of Object.entries(input)) {
    if (name === "$schema") continue;
    if (!sections.has(name)) throw new UserError(`${locate([name])}: unknown key ${name}: did you mean ${nearestKey(name)}?`);
    // One that is no section, such as the task, is checked by the schema.
    if (value === undefined || keys.some(({ key }) => key === name)) continue;
    if (!isSection(value)) throw new UserError(`${locate([name])}: ${name} must be a section ({...}), but is ${show(value)}`);
    for (const key of Object.keys(value)) {
      if (keys.some((known) => known.key === `${name}.${key}`)) continue;
      throw new UserError(`${locate([name, key])}: unknown key ${name}.${key}: did you mean ${nearestKey(key, name)}?`);
    }
  }
}

/** The known key nearest to `name` by edit distance; at equal distance one of the section where it stands. */
function nearestKey(name: string, section?: string): string {
  const lastPart = (key: string): string => key.slice(key.indexOf(".") + 1);
  const own = keys.filter(({ key }) => key.startsWith(`${section}.`));
  const candidates = [...own.map(({ key }) => key), ...(section === undefined ? sections : []), ...keys.map(({ key }) => key)];
  const best = closest(name, candidates.map(lastPart));
  return candidates.find((candidate) => lastPart(candidate) === best)!;
}

function show(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
