import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { MAX_MODEL_BYTES, serialize, traceVariant } from "@s2s/graph-builder";
import { METADATA_KEYS, namesOf, UserError } from "@s2s/runtime";
import type { Manifest, ModelConfig, Precision } from "@s2s/runtime/manifest";
import { boundary } from "../build-inference.ts";
import { modelsOf } from "../export.ts";
import type { State } from "../executor.ts";
import { bytesOf, namesIn, writeChunks, writing } from "../files.ts";
import type { Tensor } from "../safetensors.ts";
import { SINGLE_FILE } from "./own-model.ts";
import { storeWeights } from "./store-weights.ts";

/**
 * Turns a written bundle into one file: the graph of whole answers, which holds the weights of a precision, the vocabularies and a manifest whose only
 * other files are these vocabularies. Returns that manifest.
 * @throws UserError where one ONNX file cannot hold the weights
 */
export async function packSingleFile(folder: string, manifest: Manifest, weights: State, precision: Precision): Promise<Manifest> {
  const { model, source, target } = manifest;
  const models = modelsOf(manifest);
  const tensors = storeWeights(models, weights, precision);
  requireRoom(tensors);
  const { generate } = traceVariant(models, precision).graphs;
  if (!generate) throw new Error(`a model from ${model.input.kind} to ${model.output.kind} has no graph of whole answers`);
  const inside: Manifest = {
    ...manifest,
    variants: [{ precision, graphs: { generate: { file: SINGLE_FILE, ...boundary(generate) } } }],
    files: manifest.files.filter(({ name }) => namesOf(manifest).includes(name)),
  };
  const bytes = serialize(generate, {
    embedded: new Map([...tensors].map(([name, { data }]) => [name, bytesOf(data)])),
    metadata: {
      [METADATA_KEYS.manifest]: JSON.stringify(inside),
      ...(source && { [METADATA_KEYS.source]: await readFile(join(folder, source.file), "utf8") }),
      ...(target && { [METADATA_KEYS.target]: await readFile(join(folder, target.file), "utf8") }),
    },
  });
  for (const name of await namesIn(folder)) await rm(join(folder, name));
  const path = join(folder, SINGLE_FILE);
  await writing(path, () => writeChunks(path, [bytes]));
  return inside;
}

/** @throws UserError for a model without a graph of whole answers, with what a folder has instead */
export function requireWholeAnswers(task: string, { input, output }: ModelConfig): void {
  if (output.kind === "tokens" && input.kind !== "none") return;
  const steps = output.kind === "tokens" || output.kind === "strokes";
  const instead = steps
    ? "draws its answers step by step: leave --single-file out, and step through the folder's decoder.onnx"
    : "needs no search: leave --single-file out, and run the folder's predict.onnx";
  throw new UserError(
    `--single-file: holds generate.onnx, a whole search for a text, and a model of the task ${task} has none; it ${instead} (docs/other-languages.md, Other sources and tasks)`,
  );
}

/** @throws UserError where a single ONNX file cannot hold the weights: ONNX's format ends at 2 GiB */
export function requireRoom(tensors: ReadonlyMap<string, Pick<Tensor, "data">>): void {
  const bytes = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes <= MAX_MODEL_BYTES) return;
  throw new UserError(
    `the weights take ${(bytes / 1e9).toFixed(1)} GB and a single ONNX file holds at most ${(MAX_MODEL_BYTES / 1e9).toFixed(1)}; export a folder, or take a smaller precision`,
  );
}
