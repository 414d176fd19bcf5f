import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UserError } from "@s2s/runtime";
import { findNodeAtLocation, parseTree, printParseErrorCode } from "jsonc-parser";
import type { Node, ParseError } from "jsonc-parser";
import { validateConfig } from "./config-issues.ts";
import type { Locate } from "./config-issues.ts";
import { checkRules } from "./config-rules.ts";
import type { Config, ConfigInput } from "./config.ts";
import { explainReadError } from "./data/file-error.ts";
import { refuseIdleKeys } from "./idle-keys.ts";

/**
 * Fills in the defaults of a configuration after checking it: a function of its input, so a resolved configuration resolves to itself.
 *
 * @param origin - what errors name: a file or "command line", or what says where a key was given
 * @throws UserError with the key's path and what it may be
 */
export function resolveConfig(input: unknown, origin: string | Locate): Config {
  return resolveAt(input, typeof origin === "string" ? () => origin : origin);
}

/** Reads and resolves `s2s.config.json`. Paths in it are relative to the file's folder. @throws UserError with `file:line` and the key */
export async function readConfig(path: string): Promise<Config> {
  const { input, locate } = await parseFile(path);
  return resolveGiven(input, locate);
}

/** Reads a configuration that was resolved before and holds every key, also those that have no effect beside the others. */
export async function readResolvedConfig(path: string): Promise<Config> {
  const { input, locate } = await parseFile(path);
  return resolveAt(input, locate);
}

/** Like `readConfig`, without the defaults: for options to be laid over before `resolveConfig`. */
export async function readConfigInput(path: string): Promise<ConfigInput> {
  const { input, locate } = await parseFile(path);
  resolveGiven(input, locate);
  return input as ConfigInput;
}

/** What a person wrote: each key of it is to have an effect. */
function resolveGiven(input: unknown, locate: Locate): Config {
  const config = resolveAt(input, locate);
  refuseIdleKeys(input as ConfigInput, config, locate);
  return config;
}

function resolveAt(input: unknown, locate: Locate): Config {
  const config = validateConfig(input, locate);
  checkRules(config, locate);
  return config;
}

/** Keys that name files. */
const PATH_KEYS = { data: ["train", "valid", "images"], source: ["pretrained"], target: ["pretrained"] } as const;

/** Parses the file, makes its paths absolute and says where keys stand in it. */
async function parseFile(path: string): Promise<{ input: unknown; locate: Locate }> {
  const text = await readText(path);
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const lineAt = (offset: number): number => text.slice(0, offset).split("\n").length;
  const [error] = errors;
  if (error !== undefined || tree === undefined) {
    const what = error === undefined ? "" : ` (${printParseErrorCode(error.error)})`;
    throw new UserError(`${path}:${lineAt(error?.offset ?? 0)}: is not valid JSON${what}: correct the line or the one before it`);
  }
  const twice = duplicateKey(tree);
  if (twice !== undefined)
    throw new UserError(`${path}:${lineAt(twice.offset)}: key ${JSON.stringify(twice.value)} occurs twice: remove one`);
  const locate: Locate = (keys) => {
    const node = findNodeAtLocation(tree, [...keys]);
    return keys.length === 0 || node === undefined ? path : `${path}:${lineAt(node.parent?.offset ?? node.offset)}`;
  };
  const input: unknown = JSON.parse(text);
  return { input: absolutePaths(input, dirname(resolve(path))), locate };
}

async function readText(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw explainReadError(path, error);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${path}: is not valid UTF-8: save the file as UTF-8`);
  }
}

/** The key of the first property that its object has already; JSON.parse would silently take the later one. */
function duplicateKey(node: Node): Node | undefined {
  const seen = new Set<unknown>();
  for (const child of node.children ?? []) {
    const key = child.type === "property" ? child.children![0]! : undefined;
    if (key !== undefined && seen.has(key.value)) return key;
    if (key !== undefined) seen.add(key.value);
    const deeper = duplicateKey(child);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

function absolutePaths(input: unknown, folder: string): unknown {
  const sections = input as Record<string, Record<string, unknown> | undefined> | null;
  for (const [section, keys] of Object.entries(PATH_KEYS)) {
    for (const key of keys) {
      const path = sections?.[section]?.[key];
      if (typeof path === "string" && path !== "") sections![section]![key] = resolve(folder, path);
    }
  }
  return input;
}
