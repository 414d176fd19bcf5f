import { UserError } from "@s2s/runtime";
import { describeValue, type ConfigKey } from "@s2s/trainer";

export type OptionValue = string | number | boolean;

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The value that a person typed for a key.
 * @param option as typed, `--hidden`, for the message
 * @param text null where the option stood alone
 * @throws UserError where the text is no value of the key or is out of its bounds
 */
export function parseOption(key: ConfigKey, option: string, text: string | null): OptionValue {
  const value = readText(key, text);
  if (value !== undefined) return value;
  throw new UserError(`${option} ${quote(text ?? "")}: must be ${describeValue(key)}`);
}

function readText(key: ConfigKey, text: string | null): OptionValue | undefined {
  if (key.type === "boolean") return text === null || text === "true" ? true : text === "false" ? false : undefined;
  if (text === null || text === "") return undefined;
  if (key.choices !== undefined) return key.choices.includes(text) ? text : undefined;
  if (key.type === "string") return text;
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return isWithin(key, value) ? value : undefined;
}

function isWithin(key: ConfigKey, value: number): boolean {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = key;
  const kind = key.type === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value);
  return kind && value >= minimum && value <= maximum && value > exclusiveMinimum && value < exclusiveMaximum;
}

function quote(text: string): string {
  return text === "" || /\s/.test(text) ? JSON.stringify(text) : text;
}
