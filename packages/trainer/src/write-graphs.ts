import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { serialize, type Graph } from "@s2s/graph-builder";
import { FORMAT_VERSION, MANIFEST_FILE } from "@s2s/runtime/manifest";
import type { FileInfo, GraphInfo, ModelConfig } from "@s2s/runtime/manifest";
import { boundary, buildInferenceGraphs } from "./build-inference.ts";
import type { Config } from "./config.ts";
import { TrainingGraphs, updateRuleOf } from "./executors/graphs.ts";
import { CREATED_BY } from "./export.ts";
import { nextOf, publishBundle } from "./export/publish.ts";
import { makeFolder, textChunk, writeChunks, writing } from "./files.ts";
import type { InferenceGraph } from "./inference-graphs.ts";
import { initialWeights } from "./initial-weights.ts";
import { readGraphsManifest, type GraphName, type GraphsManifest } from "./graphs-manifest.ts";
import { refuseUsedFolder } from "./run-folder.ts";

const WEIGHTS = "weights.safetensors";

/**
 * Writes the training graphs (train, gradients, update, evaluate), the inference graphs (encoder, decoder, generate), the initial weights and `s2s.json`.
 * The folder is there whole or not at all; one that was written before is replaced.
 * @throws UserError where the folder holds something else, or cannot be written
 */
export async function writeGraphs(folder: string, model: ModelConfig, config: Config): Promise<GraphsManifest> {
  const before = await readGraphsManifest(folder).catch(() => "damaged");
  if (before === undefined) await refuseUsedFolder(folder);
  // Absolute: neither a slash at the end nor "." leaves a name to append to.
  const target = resolve(folder);
  const next = nextOf(target);
  try {
    const manifest = await writing(folder, () => writeFiles(next, model, config));
    await publishBundle(next, target);
    return manifest;
  } finally {
    await rm(next, { recursive: true, force: true });
  }
}

async function writeFiles(folder: string, model: ModelConfig, config: Config): Promise<GraphsManifest> {
  await rm(folder, { recursive: true, force: true });
  await makeFolder(folder);
  const files: FileInfo[] = [];
  const write = async (name: string, chunks: Iterable<Uint8Array>): Promise<void> => {
    files.push({ name, ...(await writeChunks(join(folder, name), chunks)) });
  };
  const writeInference = async (name: GraphName, { bytes, inputs, outputs }: InferenceGraph): Promise<GraphInfo> => {
    const file = `${name}.onnx`;
    await write(file, [bytes]);
    return { file, inputs, outputs };
  };
  const writeGraph = (name: GraphName, graph: Graph): Promise<GraphInfo> =>
    writeInference(name, { bytes: serialize(graph), ...boundary(graph) });
  const graphs = new TrainingGraphs(model, config);
  const { graph: gradients, parameters, trained, statistics } = graphs.gradients();
  const training = {
    train: await writeGraph("train", graphs.train().graph),
    gradients: await writeGraph("gradients", gradients),
    update: await writeGraph("update", graphs.update(trained).graph),
    evaluate: await writeGraph("evaluate", graphs.evaluate().graph),
  };
  const { dropout, labelSmoothing, clipNorm, seed, optimizer } = config.training;
  const { header, chunks } = initialWeights([...parameters, ...statistics], seed, { format: "s2s-weights" });
  await write(WEIGHTS, chunks);
  const { encoder, decoder, generate, predict, ...rest } = buildInferenceGraphs(model, { file: WEIGHTS, offsets: header.tensors });
  const manifest: GraphsManifest = {
    formatVersion: FORMAT_VERSION,
    kind: "graphs",
    createdBy: CREATED_BY,
    model,
    training: { optimizer, slots: [...updateRuleOf(config).slots], clipNorm, dropout, labelSmoothing, seed },
    graphs: {
      ...training,
      ...(encoder && { encoder: await writeInference("encoder", encoder) }),
      ...(decoder && { decoder: await writeInference("decoder", decoder) }),
      ...(generate && { generate: await writeInference("generate", generate) }),
      ...(predict && { predict: await writeInference("predict", predict) }),
    },
    weights: WEIGHTS,
    ...rest,
    files,
  };
  await writeChunks(join(folder, MANIFEST_FILE), textChunk(`${JSON.stringify(manifest, null, 2)}\n`));
  return manifest;
}
