import { join } from "node:path";
import { createTokenizer, readBundle, resolveBundle, UserError } from "@s2s/runtime";
import type { Manifest } from "@s2s/runtime/manifest";
import type { Config } from "./config.ts";
import { encodeCorpus, vocabularyEncoding } from "./data/encode.ts";
import { decodeWithBundle } from "./decode-bundle.ts";
import { evaluate } from "./evaluate.ts";
import type { Evaluation } from "./evaluate.ts";
import type { State, StateTensor } from "./executor.ts";
import { SafetensorsFile } from "./safetensors.ts";
import type { CreateExecutor } from "./train-options.ts";

export interface EvaluateBundleOptions {
  /** Tab-separated pairs. */
  readonly file: string;
  /** Resolved: `data` says where in a line the pairs stand and how many are read, `training` batch size, provider and threads. */
  readonly config: Config;
  readonly threads: number;
  readonly createExecutor: CreateExecutor;
}

/**
 * The figures of a bundle, or of a run's bundle, on a file of pairs.
 * @throws UserError where bundle or file is missing or damaged, or the file holds no pair
 */
export async function evaluateBundle(path: string, { file, config, threads, createExecutor }: EvaluateBundleOptions): Promise<Evaluation> {
  const folder = await resolveBundle(path);
  const { manifest, source, target } = await readBundle(folder);
  const { pairs } = await encodeCorpus(
    file,
    config.data,
    vocabularyEncoding(createTokenizer(manifest.source.tokens), source),
    vocabularyEncoding(createTokenizer(manifest.target.tokens), target),
  );
  const state = await readWeights(join(folder, floatWeights(manifest, folder)));
  // Slots of an optimiser would only take memory: plain gradient descent has none.
  const plain: Config = { ...config, training: { ...config.training, optimizer: "sgd" } };
  const executor = await createExecutor({ model: manifest.model, config: plain, threads, state });
  try {
    const { batchSize, bucket, ep } = config.training;
    return await evaluate(pairs, {
      batchSize,
      bucket,
      evaluateBatch: (batch) => executor.evaluate(batch),
      decode: (sources) => decodeWithBundle(folder, sources, { provider: ep, threads, batchSize }),
    });
  } finally {
    await executor.close();
  }
}

/** The file with the float32 weights. */
function floatWeights({ variants }: Manifest, folder: string): string {
  const weights = variants.find(({ precision }) => precision === "float32")?.weights;
  if (weights === undefined) throw new UserError(`${folder}: has no float32 weights; evaluate the run that it was exported from`);
  return weights;
}

async function readWeights(path: string): Promise<State> {
  const file = await SafetensorsFile.open(path);
  try {
    const state = new Map<string, StateTensor>();
    for (const name of file.header.tensors.keys()) {
      const { shape, data } = await file.read(name);
      state.set(name, { shape, data: data as Float32Array });
    }
    return state;
  } finally {
    await file.close();
  }
}
