import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import { readPairs, type TextPair } from "@s2s/trainer";

/**
 * The path of a file that `--data` names, itself or by the folder that holds it.
 * @throws UserError where there is no such file
 */
export async function dataFile(data: string, name: string): Promise<string> {
  return (await isFolder(data, name)) ? existing(join(data, name), data, name) : data;
}

/** The paths of files in the folder that `--data` names. @throws UserError where it is no folder or lacks one */
export async function dataFiles<const Names extends readonly string[]>(
  data: string,
  names: Names,
): Promise<{ [K in keyof Names]: string }> {
  if (!(await isFolder(data, names.join(" and "))))
    throw new UserError(`--data ${data}: is a file: name the folder that holds ${names.join(" and ")}`);
  const paths: string[] = [];
  for (const name of names) paths.push(await existing(join(data, name), data, name));
  return paths as { [K in keyof Names]: string };
}

async function isFolder(data: string, wanted: string): Promise<boolean> {
  const found = await stat(data).catch(() => undefined);
  if (found === undefined) throw new UserError(`--data ${data}: does not exist: check the path (${wanted} should be there)`);
  return found.isDirectory();
}

async function existing(path: string, data: string, name: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UserError(`--data ${data}: holds no ${name}: name the folder where it is`);
  return path;
}

/** All pairs of a tab-separated file. @throws UserError with `file:line` */
export async function allPairs(path: string): Promise<TextPair[]> {
  const pairs: TextPair[] = [];
  for await (const block of readPairs(path, { sourceColumn: 1, targetColumn: 2 })) pairs.push(...block);
  return pairs;
}

/** The bytes of a file. @throws UserError where it cannot be read */
export async function dataBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UserError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code}): check the path and its permissions`, {
      cause: error,
    });
  }
}

export const pairLine = ({ source, target }: TextPair): string => `${source}\t${target}`;
