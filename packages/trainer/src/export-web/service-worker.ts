import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { MANIFEST_FILE } from "@s2s/runtime/manifest";
import type { Manifest } from "@s2s/runtime/manifest";
import { serviceWorkerSource } from "./site-files.ts";

/** What the service worker knows of a file. */
export interface KeptFile {
  /** In base64, as a page's `integrity` has it. */
  readonly sha256: string;
  /** Fetched at the first visit, not only when it is asked for. */
  readonly early: boolean;
}

/** The program with its list of files in front. It changes with each of them, and so browsers notice a new version. */
export async function serviceWorker(files: ReadonlyMap<string, KeptFile>): Promise<string> {
  const list = JSON.stringify(Object.fromEntries(files), null, 2);
  return `const FILES = ${list};\n\n${await readFile(serviceWorkerSource(), "utf8")}`;
}

/** The paths that a service worker lists; of one that somebody has changed, none. */
export function listedFiles(program: string): string[] {
  try {
    return Object.keys(JSON.parse(/^const FILES = (\{.*?^\});$/ms.exec(program)?.[1] ?? "{}") as object);
  } catch {
    return [];
  }
}

/** The bundle's files, by their paths in the site. Of several variants, visitors get the first unless the page or the device asks for another. */
export async function bundleFiles(folder: string, path: string, manifest: Manifest): Promise<Map<string, KeptFile>> {
  const [first, ...others] = manifest.variants.map(
    ({ graphs, weights }) => new Set([...Object.values(graphs).map(({ file }) => file), weights]),
  );
  const late = (name: string): boolean =>
    name === manifest.trainable?.graph.file || (!first?.has(name) && others.some((files) => files.has(name)));
  const text = await readFile(`${folder}/${MANIFEST_FILE}`);
  return new Map([
    [`${path}/${MANIFEST_FILE}`, { sha256: createHash("sha256").update(text).digest("base64"), early: true }],
    ...manifest.files.map(({ name, sha256 }) => [`${path}/${name}`, { sha256: base64(sha256), early: !late(name) }] as const),
  ]);
}

export const base64 = (hexadecimal: string): string => Buffer.from(hexadecimal, "hex").toString("base64");
