import { END_ID, search, Seq2Seq } from "@s2s/runtime";
import type { Provider } from "@s2s/runtime";
import type { Precision } from "@s2s/runtime/manifest";
import { readVariant } from "./bundle-variant.ts";
import type { DecodeIds } from "./evaluate.ts";

export interface DecodeBundleOptions {
  readonly provider?: Provider | undefined;
  readonly threads?: number | undefined;
  /** Sources decoded side by side (default 64); it does not change the answers. */
  readonly batchSize?: number | undefined;
  readonly precision?: Precision | undefined;
}

/** Greedy decoding of ids with a bundle, or with that of a run; what the model reads at most is not enforced. A `DecodeWithBundle`. */
export async function decodeWithBundle(
  path: string,
  sources: Parameters<DecodeIds>[0],
  { provider, threads, batchSize, precision }: DecodeBundleOptions = {},
): Promise<readonly (readonly number[])[]> {
  const bundle = await readVariant(path, precision);
  const model = await Seq2Seq.open(bundle, { provider, threads });
  try {
    const ended = sources.map((source) => [...source, END_ID]);
    const answers = await search(model, ended, { maxLength: bundle.manifest.maxTargetLength, batchSize });
    return answers.map(([best]) => best?.ids ?? []);
  } finally {
    await model.dispose();
  }
}
