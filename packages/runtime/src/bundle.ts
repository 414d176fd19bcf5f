import { decodeText } from "./decode-text.ts";
import { UserError } from "./errors.ts";
import {
  MANIFEST_FILE,
  type FileInfo,
  type GraphInfo,
  type Manifest,
  type Precision,
  type TokenizerInfo,
  type Variant,
} from "./manifest.ts";
import type { GraphSource } from "./ort.ts";
import { namesOf } from "./names-of.ts";
import { parseManifest } from "./parse-manifest.ts";
import { parseLabels } from "./labels.ts";
import { parseTokenizer } from "./tokenizers/parse.ts";
import type { Tokenizer } from "./tokenizers/tokenizer.ts";

/** Larger ones are not what s2s writes, and would fill the memory before they could be refused. */
const MAX_MANIFEST_BYTES = 16 * 2 ** 20;
const MAX_NAMES_BYTES = 256 * 2 ** 20;

/** Where the files of a bundle come from: a folder, a web server, a user's upload, the inside of a single .onnx file. */
export interface BundleFiles {
  /** The name of a file in messages: its path or address. */
  locate(name: string): string;
  /** The manifest as it is. @throws UserError when it is missing or larger than `maxBytes` */
  readManifest(maxBytes: number): Promise<Uint8Array>;
  /**
   * Sees to it that these files are there and are, byte by byte, what the manifest says.
   * @throws UserError that names the file which is missing, outside of the bundle or damaged
   */
  fetch(files: readonly FileInfo[]): Promise<void>;
  /** A whole file, checked likewise, and fetched where that has not been done. */
  read(file: FileInfo): Promise<Uint8Array<ArrayBuffer>>;
  /** Where ONNX Runtime opens a file by itself. Without it, graphs and weights are handed over as bytes. */
  readonly pathOf?: ((name: string) => string) | undefined;
  /** The graph, where all of the bundle is in one .onnx file. */
  readonly single?: GraphSource | undefined;
  /** Called once the bundle is known to be good, with all files that it may still be asked for. */
  settle?(files: readonly FileInfo[]): Promise<void>;
}

/** A bundle of which everything that its variant needs was checked. */
export interface Bundle {
  readonly manifest: Manifest;
  /** The one that is used. */
  readonly variant: Variant;
  /** Of the source's and the target's tokens, where the model has such. */
  readonly source: Tokenizer | undefined;
  readonly target: Tokenizer | undefined;
  /** What the model chooses from, where it labels. */
  readonly labels: readonly string[] | undefined;
  readonly files: BundleFiles;
}

export interface OpenOptions {
  /** Default "auto": the first of the manifest's variants that `supports` allows. */
  readonly precision?: Precision | "auto" | undefined;
  /** Whether a variant runs here (default: every one does). */
  readonly supports?: ((variant: Variant) => boolean) | undefined;
  /** Whether all files of the bundle are checked, instead of those of the variant alone (default false). */
  readonly every?: boolean | undefined;
}

/**
 * Reads a bundle and checks what is used of it: the manifest, then size and SHA-256 of the variant's files, then the tokenisers. Nothing of a bundle
 * is used before that.
 * @throws UserError that names the file which is missing, damaged or not what the manifest says, or the precisions that there are
 */
export async function openBundle(files: BundleFiles, { precision = "auto", supports, every = false }: OpenOptions = {}): Promise<Bundle> {
  const where = files.locate(MANIFEST_FILE);
  const manifest = parseManifest(decodeText(await files.readManifest(MAX_MANIFEST_BYTES), where), where);
  const variant = chooseVariant(manifest, files.single !== undefined, where, precision, supports);
  const needed = filesOf(manifest, variant);
  requireSmallNames(files, manifest);
  await files.fetch(every ? manifest.files : needed);
  const source = manifest.source && (await readTokenizer(files, manifest, manifest.source));
  const isShared = manifest.target !== undefined && manifest.target.file === manifest.source?.file;
  const target = isShared ? source : manifest.target && (await readTokenizer(files, manifest, manifest.target));
  const labels = manifest.labels && (await readLabels(files, manifest, manifest.labels));
  await files.settle?.(manifest.files);
  return { manifest, variant, source, target, labels, files };
}

function chooseVariant(
  { variants }: Manifest,
  single: boolean,
  where: string,
  precision: Precision | "auto",
  supports: (variant: Variant) => boolean = () => true,
): Variant {
  // A graph in a folder without weights beside it has no checksum, and one in a single file can have no weights beside it.
  const usable = variants.filter(({ weights }) => (weights === undefined) === single);
  if (usable.length === 0) {
    const form = single ? "is in a single file but has weights outside of it" : "has no weights beside its graphs";
    throw new UserError(`${where}: no variant can be used, since it ${form}; export it again`);
  }
  const names = usable.map((variant) => variant.precision).join(", ");
  const chosen = usable.find((variant) => (precision === "auto" ? supports(variant) : variant.precision === precision));
  if (chosen !== undefined) return chosen;
  if (precision === "auto") throw new UserError(`${where}: none of its precisions (${names}) runs on this device; choose another device`);
  throw new UserError(`${where}: has no precision ${JSON.stringify(precision)}; it has ${names}`);
}

function filesOf(manifest: Manifest, { graphs, weights }: Variant): FileInfo[] {
  const { files } = manifest;
  const names = new Set([...namesOf(manifest), weights, ...Object.values(graphs).map((graph) => graph?.file)]);
  return files.filter(({ name }) => names.has(name));
}

function requireSmallNames(files: BundleFiles, manifest: Manifest): void {
  const names = namesOf(manifest);
  for (const { name, bytes } of manifest.files) {
    if (bytes <= MAX_NAMES_BYTES || !names.includes(name)) continue;
    throw new UserError(`${files.locate(name)}: is too large (${bytes} bytes, at most ${MAX_NAMES_BYTES} are read)`);
  }
}

async function readTokenizer(files: BundleFiles, manifest: Manifest, { tokens, file, size }: TokenizerInfo): Promise<Tokenizer> {
  const where = files.locate(file);
  const tokenizer = parseTokenizer(decodeText(await files.read(fileInfo(manifest, file)), where), tokens, where);
  if (tokenizer.size === size) return tokenizer;
  throw new UserError(`${where}: has ${tokenizer.size} tokens, but the manifest says ${size}; export the bundle again`);
}

async function readLabels(
  files: BundleFiles,
  manifest: Manifest,
  { file: name, size }: NonNullable<Manifest["labels"]>,
): Promise<readonly string[]> {
  const where = files.locate(name);
  const labels = parseLabels(decodeText(await files.read(fileInfo(manifest, name)), where), where);
  if (labels.length === size) return labels;
  throw new UserError(`${where}: has ${labels.length} labels, but the manifest says ${size}; export the bundle again`);
}

/** What the manifest says of a file that it uses: it was checked to list each of them. */
function fileInfo({ files }: Manifest, name: string): FileInfo {
  return files.find((file) => file.name === name) as FileInfo;
}

/**
 * A graph of the variant, or the manifest's training graph, which is fetched and checked first where that has not been done.
 * @throws UserError as `openBundle`
 */
export async function graphSource({ manifest, variant, files }: Bundle, { file }: GraphInfo): Promise<GraphSource> {
  const inVariant = Object.values(variant.graphs).some((graph) => graph?.file === file);
  if (files.single && inVariant) return files.single;
  const weights = inVariant && variant.weights !== undefined ? [fileInfo(manifest, variant.weights)] : [];
  const graph = fileInfo(manifest, file);
  await files.fetch([graph, ...weights]);
  if (files.pathOf) return { path: files.pathOf(file), externalData: weights.map(({ name }) => name) };
  const externalData = await Promise.all(weights.map(async (info) => ({ path: info.name, data: await files.read(info) })));
  return { bytes: await files.read(graph), externalData };
}
