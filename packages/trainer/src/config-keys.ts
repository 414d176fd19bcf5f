import { toJsonSchema } from "@valibot/to-json-schema";
import type { JsonSchema } from "@valibot/to-json-schema";
import { ConfigSchema } from "./config.ts";

/** A leaf of the configuration, as its schema has it. */
export interface ConfigKey {
  /** Dotted path, e.g. `training.learningRate`. */
  readonly key: string;
  readonly type: "integer" | "number" | "boolean" | "string";
  readonly description: string;
  readonly default?: number | boolean | string | undefined;
  /** The only values allowed. */
  readonly choices?: readonly string[] | undefined;
  readonly minimum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
}

/** The JSON Schema of `s2s.config.json`, as a person writes it. */
export function configJsonSchema(): JsonSchema {
  return toJsonSchema(ConfigSchema, { typeMode: "input" });
}

/** Every key of the configuration in the schema's order; `$schema`, which only editors read, is left out. */
export function configKeys(): ConfigKey[] {
  return leaves(configJsonSchema(), "").filter(({ key }) => key !== "$schema");
}

/** What each key is where nobody gives it. */
export const DEFAULTS: ReadonlyMap<string, ConfigKey["default"]> = new Map(configKeys().map(({ key, default: value }) => [key, value]));

function leaves({ properties = {} }: JsonSchema, prefix: string): ConfigKey[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    if (typeof schema === "boolean") return [];
    const key = prefix + name;
    return schema.type === "object" ? leaves(schema, `${key}.`) : [leaf(key, schema)];
  });
}

function leaf(key: string, schema: JsonSchema): ConfigKey {
  return {
    key,
    type: schema.type as ConfigKey["type"],
    description: schema.description ?? "",
    default: schema.default as ConfigKey["default"],
    choices: schema.enum as string[] | undefined,
    minimum: schema.minimum,
    exclusiveMinimum: schema.exclusiveMinimum,
    maximum: schema.maximum,
    exclusiveMaximum: schema.exclusiveMaximum,
  };
}

/** What a key takes, in words that follow "must be": "a whole number from 1 to 64", "one of char, word". */
export function describeValue(key: ConfigKey): string {
  if (key.choices !== undefined) return `one of ${key.choices.join(", ")}`;
  if (key.type === "boolean") return "true or false";
  if (key.type === "string") return "a text that is not empty";
  const kind = key.type === "integer" ? "a whole number" : "a number";
  if (key.minimum !== undefined && key.maximum !== undefined) return `${kind} from ${key.minimum} to ${key.maximum}`;
  const lower = key.minimum === undefined ? `above ${key.exclusiveMinimum}` : `of at least ${key.minimum}`;
  const upper = key.maximum === undefined ? `below ${key.exclusiveMaximum}` : `at most ${key.maximum}`;
  return `${kind} ${lower} and ${upper}`;
}
