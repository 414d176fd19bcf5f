import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initialize, traceInference } from "@s2s/graph-builder";
import { SPECIAL_TOKENS, START_ID, Seq2Seq, Tokenizer, readBundle } from "@s2s/runtime";
import { buildInferenceGraphs } from "../build-inference.ts";
import { exportBundle } from "../export.ts";
import { textSides } from "../tasks/text-sides.ts";
import { type BenchCase, benchModel, median } from "./cases.ts";
import { type DecodePath, benchPaths, withoutEnd } from "./decode-paths.ts";
import { randomIds, round } from "./train.ts";

export interface DecodeBench {
  readonly case: string;
  readonly threads: number;
  /** Target tokens that are generated for each sentence. */
  readonly tokens: number;
  /** Median milliseconds for one step of greedy decoding, encoder included, by batch size. */
  readonly msPerToken: Readonly<Record<"batch1" | "batch64", number>>;
  /** One sentence by every way to an answer. */
  readonly paths: readonly DecodePath[];
}

const RUNS = 7;

/**
 * Times decoding: random weights, as many tokens as the case's targets have. Greedily with the split graphs, `</s>` ignored; and by the runtime's
 * searches on the CPU and in wasm, which `</s>` does not end either.
 */
export async function benchDecode(
  name: string,
  size: BenchCase,
  { threads = 1 }: { readonly threads?: number } = {},
): Promise<DecodeBench> {
  const { model } = benchModel(size);
  const folder = await mkdtemp(join(tmpdir(), "s2s-bench-"));
  try {
    const weights = new Map(traceInference(model).parameters.map((spec) => [spec.name, { shape: spec.shape, data: initialize(spec, 1) }]));
    withoutEnd(weights);
    const side = (count: number, maxLength: number) => ({ tokenizer: tokenizerOf(count), maxLength });
    const { manifest, files } = textSides({
      source: side(size.sourceVocabulary, size.sourceLength),
      target: side(size.targetVocabulary, size.targetLength),
    });
    const parts = { model, weights, manifest: { task: "translate" as const, ...manifest }, files, training: {} };
    await exportBundle(join(folder, "bundle"), parts, buildInferenceGraphs);
    const bundle = await readBundle(join(folder, "bundle"));
    const seq2seq = await Seq2Seq.open(bundle, { threads });
    const sourcesOf = (batch: number): number[][] => {
      const ids = randomIds(batch * size.sourceLength, size.sourceVocabulary, "source");
      return Array.from({ length: batch }, (_, row) => Array.from(ids.subarray(row * size.sourceLength, (row + 1) * size.sourceLength)));
    };
    let msPerToken: DecodeBench["msPerToken"];
    try {
      const time = async (batch: number): Promise<number> => {
        const sources = sourcesOf(batch);
        const times: number[] = [];
        for (let run = 0; run < RUNS + 2; run++) times.push(await decode(seq2seq, sources, size.targetLength));
        return round(median(times.slice(2)) / size.targetLength, 4);
      };
      msPerToken = { batch1: await time(1), batch64: await time(64) };
    } finally {
      await seq2seq.dispose();
    }
    const paths = await benchPaths(bundle, { sources: sourcesOf(1), length: size.targetLength, threads });
    return { case: name, threads, tokens: size.targetLength, msPerToken, paths };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const tokenizerOf = (size: number): Tokenizer =>
  new Tokenizer({
    unit: "word",
    tokens: [...SPECIAL_TOKENS, ...Array.from({ length: size - SPECIAL_TOKENS.length }, (_, i) => `token${i}`)],
  });

async function decode(model: Seq2Seq, sources: number[][], length: number): Promise<number> {
  const begin = performance.now();
  let { states } = await model.start(sources);
  let tokens = new Int32Array(sources.length).fill(START_ID);
  for (let step = 0; step < length; step++) {
    const next = await model.step(tokens, states);
    tokens = Int32Array.from(sources, (_, row) => argMax(next.logits, row * model.vocabularySize, model.vocabularySize));
    states = next.states;
  }
  return performance.now() - begin;
}

function argMax(logits: Float32Array, from: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (logits[from + i] > logits[from + best]) best = i;
  return best;
}
