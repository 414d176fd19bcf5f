import { createTokenizer, readBundle, resolveBundle, Seq2Seq } from "@s2s/runtime";
import type { Bundle } from "@s2s/runtime";
import { readBundleWeights } from "./bundle-weights.ts";
import type { Config } from "./config.ts";
import { encodeCorpus, vocabularyEncoding } from "./data/encode.ts";
import { decodeWithBundle } from "./decode-bundle.ts";
import { evaluate } from "./evaluate.ts";
import type { EvaluateBatch, Evaluation } from "./evaluate.ts";
import { stepwiseEvaluation } from "./export/teacher-forcing.ts";
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
export async function evaluateBundle(path: string, options: EvaluateBundleOptions): Promise<Evaluation> {
  const { file, config, threads } = options;
  const folder = await resolveBundle(path);
  const bundle = await readBundle(folder);
  const { manifest, source, target } = bundle;
  const { pairs } = await encodeCorpus(
    file,
    config.data,
    vocabularyEncoding(createTokenizer(manifest.source.tokens), source),
    vocabularyEncoding(createTokenizer(manifest.target.tokens), target),
  );
  const { evaluateBatch, close } = await teacher(folder, bundle, options);
  try {
    const { batchSize, bucket, ep } = config.training;
    return await evaluate(pairs, {
      batchSize,
      bucket,
      evaluateBatch,
      decode: (sources) => decodeWithBundle(folder, sources, { provider: ep, threads, batchSize }),
    });
  } finally {
    await close();
  }
}

interface Teacher {
  readonly evaluateBatch: EvaluateBatch;
  close(): Promise<void>;
}

/** All steps at once in the training graph, where the bundle has the weights for it; of a rounded variant its own graphs, step by step. */
async function teacher(folder: string, bundle: Bundle, { config, threads, createExecutor }: EvaluateBundleOptions): Promise<Teacher> {
  if (bundle.variant.precision !== "float32") {
    const model = await Seq2Seq.open(bundle, { provider: config.training.ep, threads });
    return { evaluateBatch: stepwiseEvaluation(model), close: () => model.dispose() };
  }
  const state = await readBundleWeights(folder, bundle.manifest);
  // Slots of an optimiser would only take memory: plain gradient descent has none.
  const plain: Config = { ...config, training: { ...config.training, optimizer: "sgd" } };
  const executor = await createExecutor({ model: bundle.manifest.model, config: plain, threads, state });
  return { evaluateBatch: (batch) => executor.evaluate(batch), close: () => executor.close() };
}
