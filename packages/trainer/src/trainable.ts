import { join } from "node:path";
import { serialize } from "@s2s/graph-builder";
import type { Manifest, ModelConfig, Trainable } from "@s2s/runtime/manifest";
import { tensorInfo } from "./build-inference.ts";
import type { Config } from "./config.ts";
import { optimizerOf, TrainingGraphs } from "./executors/graphs.ts";
import { writeManifest } from "./export.ts";
import { writeChunks, writing } from "./files.ts";
import { teacherForcingAt } from "./schedules/sampling.ts";

/** The training graph's file in a bundle. */
const TRAIN_FILE = "train.onnx";

/**
 * What lets a bundle go on learning: a whole training step as a graph, by the rule that the run trained with, and how to drive it. Weights and slots
 * go in and out, so the graph holds none. It is made for one thread, which is what a page has.
 * @param steps that the weights have been trained for
 */
export function buildTrainable(
  model: ModelConfig,
  config: Config,
  steps: number,
): { readonly bytes: Uint8Array; readonly trainable: Trainable } {
  const { optimizer, learningRate, labelSmoothing, coverageWeight } = config.training;
  // What learns further is used as it is after each step: it has no mean of the steps.
  const training = { ...config.training, averageDecay: 0 };
  const { graph } = new TrainingGraphs(model, { ...config, training }, { singleThreaded: true }).train();
  return {
    bytes: serialize(graph),
    trainable: {
      graph: {
        file: TRAIN_FILE,
        inputs: graph.inputs.map((value) => tensorInfo(value.name, value)),
        outputs: graph.outputs.map(({ name, value }) => tensorInfo(name, value)),
      },
      optimizer,
      slots: [...optimizerOf(config).slots],
      learningRate,
      dropout: graph.inputs.some(({ name }) => name === "dropout_seed"),
      // A schedule has gone on from there; what learns further is fed as it was in the end.
      teacherForcing: teacherForcingAt(config.training, steps),
      labelSmoothing,
      coverageWeight,
    },
  };
}

/** Adds the training graph to a bundle in a folder that nobody uses yet; its float32 variant is what is trained. */
export async function addTrainable(folder: string, manifest: Manifest, config: Config): Promise<Manifest> {
  const { bytes, trainable } = buildTrainable(manifest.model, config, manifest.training.steps ?? 1);
  const written = await writing(folder, () => writeChunks(join(folder, TRAIN_FILE), [bytes]));
  const extended: Manifest = { ...manifest, trainable, files: [...manifest.files, { name: TRAIN_FILE, ...written }] };
  await writeManifest(folder, extended);
  return extended;
}
