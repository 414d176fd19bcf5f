import { readdir, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { UserError } from "@s2s/runtime";
import type { TokenUnit, Vocabulary } from "@s2s/runtime";
import { FORMAT_VERSION, MANIFEST_FILE } from "@s2s/runtime/manifest";
import type { FileInfo, Manifest, ModelConfig, Provenance } from "@s2s/runtime/manifest";
import type { State } from "./executor.ts";
import { makeFolder, namesIn, sync, syncFolder, textChunk, writeChunks, writing } from "./files.ts";
import type { BuildInferenceGraphs } from "./inference-graphs.ts";
import { encodeSafetensors } from "./safetensors.ts";

const WEIGHTS = "weights.safetensors";
const ENCODER = "encoder.onnx";
const DECODER = "decoder.onnx";
const SOURCE_VOCABULARY = "source.vocabulary.json";
const TARGET_VOCABULARY = "target.vocabulary.json";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };
/** Of manifests: what wrote them. */
export const CREATED_BY = `s2s ${version}`;

export interface BundleSide {
  readonly tokens: TokenUnit;
  readonly vocabulary: Vocabulary;
  /** Longest source accepted, or longest target generated, in tokens, `</s>` included. */
  readonly maxLength: number;
}

/** What a bundle is made of. */
export interface BundleParts {
  readonly model: ModelConfig;
  /** Parameters alone, without optimiser slots. */
  readonly weights: State;
  readonly source: BundleSide;
  readonly target: BundleSide;
  readonly training: Omit<Provenance, "createdBy">;
}

/**
 * Writes a bundle that is there whole or not at all; an older one in its place is replaced.
 * @throws UserError where the folder holds something else, or cannot be written
 */
export async function exportBundle(folder: string, parts: BundleParts, buildInferenceGraphs: BuildInferenceGraphs): Promise<Manifest> {
  await refuseForeignFolder(folder);
  // Absolute: neither a slash at the end nor "." leaves a name to append to.
  const target = resolve(folder);
  const next = `${target}.next`;
  const manifest = await writeBundle(next, parts, buildInferenceGraphs);
  await publishBundle(next, target);
  return manifest;
}

/** Writes the files of a bundle, not yet synced, into a folder of its own, which is emptied first and removed after a failure. */
export async function writeBundle(folder: string, parts: BundleParts, buildInferenceGraphs: BuildInferenceGraphs): Promise<Manifest> {
  await rm(folder, { recursive: true, force: true });
  try {
    return await writing(folder, () => writeFiles(folder, parts, buildInferenceGraphs));
  } catch (error) {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

/** Replaces the manifest of a bundle whose figures became known after its files were written. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const path = join(folder, MANIFEST_FILE);
  await writing(path, () => writeChunks(path, textChunk(`${JSON.stringify(manifest, null, 2)}\n`)));
}

/** Waits until a written bundle is on the disk and puts it into its place. Folders cannot be exchanged in one step: after a kill in between, the bundle is missing, never half. */
export async function publishBundle(from: string, to: string): Promise<void> {
  const old = `${to}.old`;
  await writing(to, async () => {
    for (const name of await readdir(from)) await sync(join(from, name));
    await syncFolder(from);
    // Left there by a kill in the middle of this.
    await keepOthers(old, from);
    await rm(old, { recursive: true, force: true });
    await rename(to, old).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    });
    await rename(from, to);
    await keepOthers(old, to);
    await syncFolder(dirname(to));
    await rm(old, { recursive: true, force: true });
  });
}

/** What somebody else put beside the old files (a model card, notes) moves on to the new ones. */
async function keepOthers(old: string, now: string): Promise<void> {
  const own = new Set(await namesIn(now));
  for (const name of await namesIn(old)) if (!own.has(name)) await rename(join(old, name), join(now, name));
}

async function writeFiles(folder: string, parts: BundleParts, buildInferenceGraphs: BuildInferenceGraphs): Promise<Manifest> {
  const { model, source, target } = parts;
  await makeFolder(folder);
  const files: FileInfo[] = [];
  const write = async (name: string, chunks: Iterable<Uint8Array>): Promise<void> => {
    files.push({ name, ...(await writeChunks(join(folder, name), chunks)) });
  };
  const { header, chunks } = encodeSafetensors(parts.weights, { format: "s2s-weights" });
  const graphs = buildInferenceGraphs(model, { file: WEIGHTS, offsets: header.tensors });
  await write(ENCODER, [graphs.encoder.bytes]);
  await write(DECODER, [graphs.decoder.bytes]);
  await write(WEIGHTS, chunks);
  await write(SOURCE_VOCABULARY, textChunk(source.vocabulary.serialize()));
  await write(TARGET_VOCABULARY, textChunk(target.vocabulary.serialize()));
  const manifest: Manifest = {
    formatVersion: FORMAT_VERSION,
    task: "translate",
    model,
    source: tokenizer(source, SOURCE_VOCABULARY),
    target: tokenizer(target, TARGET_VOCABULARY),
    special: { pad: 0, unknown: 1, start: 2, end: 3 },
    maxSourceLength: source.maxLength,
    maxTargetLength: target.maxLength,
    variants: [
      {
        precision: "float32",
        graphs: {
          encoder: { file: ENCODER, inputs: graphs.encoder.inputs, outputs: graphs.encoder.outputs },
          decoder: { file: DECODER, inputs: graphs.decoder.inputs, outputs: graphs.decoder.outputs },
        },
        weights: WEIGHTS,
      },
    ],
    states: graphs.states,
    parameters: graphs.parameters,
    files,
    training: { createdBy: CREATED_BY, ...parts.training },
  };
  await writeManifest(folder, manifest);
  return manifest;
}

function tokenizer({ tokens, vocabulary }: BundleSide, file: string): Manifest["source"] {
  return { tokens, normalization: "NFC", vocabulary: file, size: vocabulary.size };
}

async function refuseForeignFolder(folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (names.length > 0 && !names.includes(MANIFEST_FILE)) {
    throw new UserError(`${folder}: is not empty and holds no bundle (${names[0]}); give a new or an empty folder`);
  }
}
