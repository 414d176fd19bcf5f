import { UserError } from "./errors.ts";

/** Reads the labels of a classifier or tagger, a JSON array of different texts. @throws UserError naming `where` */
export function parseLabels(text: string, where: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`${where}: is not JSON (damaged or truncated); export the bundle again`);
  }
  if (!Array.isArray(value) || !value.every((label) => typeof label === "string" && label !== ""))
    throw new UserError(`${where}: must be a JSON array of labels that are not empty`);
  if (new Set(value).size < value.length) throw new UserError(`${where}: has a label twice; every label may occur once`);
  return value as string[];
}

/** A JSON array with one label a line. */
export const serializeLabels = (labels: readonly string[]): string => `[\n${labels.map((label) => JSON.stringify(label)).join(",\n")}\n]\n`;
