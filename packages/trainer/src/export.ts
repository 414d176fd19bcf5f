import { rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { Models } from "@s2s/graph-builder";
import { FORMAT_VERSION, MANIFEST_FILE } from "@s2s/runtime/manifest";
import type { FileInfo, GraphInfo, Manifest, ModelConfig, Precision, Provenance, Variant } from "@s2s/runtime/manifest";
import type { State } from "./executor.ts";
import { nextOf, publishBundle, refuseForeignFolder } from "./export/publish.ts";
import { makeFolder, textChunk, writeChunks, writing } from "./files.ts";
import type { BuildInferenceGraphs, InferenceGraph, InferenceGraphs } from "./inference-graphs.ts";
import { encodeSafetensors } from "./safetensors.ts";
import type { Tensor } from "./safetensors.ts";
import type { TaskManifest } from "./tasks/task.ts";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };
/** Of manifests: what wrote them. */
export const CREATED_BY = `s2s ${version}`;

/** What a bundle is made of. */
export interface BundleParts {
  readonly model: ModelConfig;
  /** Further models that answer with it, as one: see `Models` of the builder. */
  readonly members?: readonly ModelConfig[] | undefined;
  /** Parameters alone, without optimiser slots. */
  readonly weights: State;
  readonly manifest: TaskManifest;
  /** Files that the manifest names: tokens, labels. */
  readonly files: Readonly<Record<string, string>>;
  readonly training: Omit<Provenance, "createdBy">;
  /** In the order of preference (default: float32 alone). */
  readonly variants?: readonly StoredVariant[];
}

/** A precision, and the weights as its graphs read them, made when they are written. */
export interface StoredVariant {
  readonly precision: Precision;
  readonly weights: () => ReadonlyMap<string, Tensor>;
}

/**
 * Writes a bundle that is there whole or not at all; an older one in its place is replaced.
 * @throws UserError where the folder holds something else, or cannot be written
 */
export async function exportBundle(folder: string, parts: BundleParts, buildInferenceGraphs: BuildInferenceGraphs): Promise<Manifest> {
  await refuseForeignFolder(folder);
  // Absolute: neither a slash at the end nor "." leaves a name to append to.
  const target = resolve(folder);
  const next = nextOf(target);
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

async function writeFiles(folder: string, parts: BundleParts, buildInferenceGraphs: BuildInferenceGraphs): Promise<Manifest> {
  const { model, members, variants = [{ precision: "float32", weights: () => parts.weights }] } = parts;
  await makeFolder(folder);
  const files: FileInfo[] = [];
  const write: Write = async (name, chunks) => {
    files.push({ name, ...(await writeChunks(join(folder, name), chunks)) });
    return name;
  };
  const written: Awaited<ReturnType<typeof writeVariant>>[] = [];
  for (const variant of variants) written.push(await writeVariant(modelsOf(parts), variant, buildInferenceGraphs, write));
  const [{ graphs }] = written as [(typeof written)[number]];
  for (const [name, text] of Object.entries(parts.files)) await write(name, textChunk(text));
  const manifest: Manifest = {
    formatVersion: FORMAT_VERSION,
    ...parts.manifest,
    model,
    ...(members && { members: [...members] }),
    special: { pad: 0, unknown: 1, start: 2, end: 3 },
    variants: written.map(({ variant }) => variant),
    states: graphs.states,
    memory: graphs.memory,
    parameters: graphs.parameters,
    files,
    training: { createdBy: CREATED_BY, ...parts.training },
  };
  await writeManifest(folder, manifest);
  return manifest;
}

/** Writes a file of the bundle. Returns its name. */
type Write = (name: string, chunks: Iterable<Uint8Array>) => Promise<string>;

/** What the graphs of a bundle hold. */
export const modelsOf = ({ model, members }: Pick<Manifest, "model"> & { readonly members?: readonly ModelConfig[] | undefined }): Models =>
  members ? [model, ...members] : model;

async function writeVariant(
  models: Models,
  { precision, weights }: StoredVariant,
  buildInferenceGraphs: BuildInferenceGraphs,
  write: Write,
): Promise<{ readonly variant: Variant; readonly graphs: InferenceGraphs }> {
  const named = (name: string, extension: string): string => `${name}${precision === "float32" ? "" : `.${precision}`}.${extension}`;
  const file = named("weights", "safetensors");
  const { header, chunks } = encodeSafetensors(weights(), { format: "s2s-weights" });
  const graphs = buildInferenceGraphs(models, { file, offsets: header.tensors }, precision);
  const graph = async (name: string, { bytes, inputs, outputs }: InferenceGraph): Promise<GraphInfo> => ({
    file: await write(named(name, "onnx"), [bytes]),
    inputs,
    outputs,
  });
  const variant: Variant = {
    precision,
    graphs: {
      ...(graphs.encoder && { encoder: await graph("encoder", graphs.encoder) }),
      ...(graphs.decoder && { decoder: await graph("decoder", graphs.decoder) }),
      ...(graphs.generate && { generate: await graph("generate", graphs.generate) }),
      ...(graphs.predict && { predict: await graph("predict", graphs.predict) }),
    },
    weights: await write(file, chunks),
  };
  return { variant, graphs };
}
