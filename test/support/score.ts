import { END_ID, Seq2Seq, START_ID, readBundle } from "@s2s/runtime";
import { bundleEncoding } from "@s2s/trainer";

export interface Score {
  /** Mean cross-entropy in nats over target tokens, `</s>` counted. */
  readonly loss: number;
  readonly tokenAccuracy: number;
}

/** Feeds the right tokens to the exported encoder and decoder, a step at a time and each pair alone: no training graph, no batch, no padding. */
export async function scoreWithBundle(path: string, pairs: readonly (readonly [source: string, target: string])[]): Promise<Score> {
  const bundle = await readBundle(path);
  const { source, target } = bundleEncoding(bundle);
  const model = await Seq2Seq.open(bundle, { threads: 1 });
  const [nats, right]: [number[], boolean[]] = [[], []];
  try {
    for (const [from, to] of pairs) {
      let { states } = await model.start([[...Array.from(source.encode(from)), END_ID]]);
      let token = START_ID;
      for (const next of [...Array.from(target.encode(to)), END_ID]) {
        const step = await model.step(Int32Array.of(token), states);
        const largest = step.logits.reduce((a, b) => Math.max(a, b));
        const sum = step.logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
        nats.push(Math.log(sum) + largest - step.logits[next]!);
        right.push(step.logits[next] === largest);
        token = next;
        ({ states } = step);
      }
    }
  } finally {
    await model.dispose();
  }
  return { loss: nats.reduce((a, b) => a + b) / nats.length, tokenAccuracy: right.filter(Boolean).length / right.length };
}
