import { UserError } from "./errors.ts";
import { MANIFEST_FILE, type FileInfo, type Manifest, type TokenizerInfo, type Variant } from "./manifest.ts";
import { parseManifest } from "./parse-manifest.ts";
import { Vocabulary } from "./vocabulary.ts";

/** Larger ones are not what s2s writes, and would fill the memory before they could be refused. */
const MAX_MANIFEST_BYTES = 16 * 2 ** 20;
const MAX_VOCABULARY_BYTES = 256 * 2 ** 20;

/** Where the files of a bundle come from: a folder in Node, later an address in a browser. */
export interface BundleFiles {
  /** The name of a file in messages, and what ONNX Runtime loads it by. */
  locate(name: string): string;
  /** A whole file. @throws UserError when it is missing, outside of the bundle or larger than `maxBytes`. */
  read(name: string, maxBytes: number): Promise<Uint8Array>;
  /** Size and SHA-256 (hexadecimal) of a file that should have `expectedBytes`; no checksum where the size already differs. */
  digest(name: string, expectedBytes: number): Promise<{ readonly bytes: number; readonly sha256: string }>;
}

/** A bundle whose every file was checked. */
export interface Bundle {
  readonly manifest: Manifest;
  /** The one that is used: the first of the manifest's. */
  readonly variant: Variant;
  readonly source: Vocabulary;
  readonly target: Vocabulary;
  readonly files: BundleFiles;
}

/**
 * Reads a bundle and checks all of it: the manifest, then size and SHA-256 of each file, then the vocabularies. Nothing of a
 * bundle is used before that.
 * @throws UserError that names the file which is missing, damaged or not what the manifest says.
 */
export async function openBundle(files: BundleFiles): Promise<Bundle> {
  const where = files.locate(MANIFEST_FILE);
  const manifest = parseManifest(decode(await files.read(MANIFEST_FILE, MAX_MANIFEST_BYTES), where), where);
  for (const file of manifest.files) await checkFile(files, file);
  return {
    manifest,
    variant: manifest.variants[0] as Variant,
    source: await readVocabulary(files, manifest.source),
    target: await readVocabulary(files, manifest.target),
    files,
  };
}

async function checkFile(files: BundleFiles, { name, bytes, sha256 }: FileInfo): Promise<void> {
  const found = await files.digest(name, bytes);
  if (found.bytes !== bytes) {
    const state = found.bytes < bytes ? "truncated" : "changed";
    throw new UserError(
      `${files.locate(name)}: has ${found.bytes} bytes instead of ${bytes}, so it is ${state}; copy or export the bundle again`,
    );
  }
  if (found.sha256 !== sha256) {
    throw new UserError(
      `${files.locate(name)}: its SHA-256 is not the manifest's, so it is damaged or changed; copy or export the bundle again`,
    );
  }
}

async function readVocabulary(files: BundleFiles, { vocabulary: name, size }: TokenizerInfo): Promise<Vocabulary> {
  const where = files.locate(name);
  const vocabulary = Vocabulary.parse(decode(await files.read(name, MAX_VOCABULARY_BYTES), where), where);
  if (vocabulary.size !== size) {
    throw new UserError(`${where}: has ${vocabulary.size} tokens, but the manifest says ${size}; export the bundle again`);
  }
  return vocabulary;
}

function decode(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${where}: is not UTF-8 text (damaged); copy or export the bundle again`);
  }
}
