import { END_ID, greedy, Seq2Seq } from "@s2s/runtime";
import type { Bundle } from "@s2s/runtime";
import type { Precision, Variant } from "@s2s/runtime/manifest";
import { median } from "../bench/cases.ts";
import { selectPairs } from "../data/pairs.ts";
import type { Pairs } from "../data/pairs.ts";
import { evaluate } from "../evaluate.ts";
import { stepwiseEvaluation } from "./teacher-forcing.ts";

/** What a variant is worth. */
export interface VariantFigures {
  /** Cross-entropy in nats per target token, its end counted. */
  readonly loss: number;
  /** Share of target tokens that are the most probable ones, given the right ones before them. */
  readonly tokenAccuracy: number;
  /** Share of pairs whose greedy answer is the target, token for token. */
  readonly sequenceAccuracy: number;
  /** Of greedy decoding, one text at a time on one thread of this machine, the encoder's share included; the median of several texts. */
  readonly msPerToken: number;
}

const BATCH = 64;
const TIMED_TEXTS = 15;
const ROUNDS = 5;

/** Measures variants of a bundle on at most `limit` of the pairs, spread evenly; no other program's work favours one of them. */
export async function measureVariants(bundle: Bundle, pairs: Pairs, limit: number): Promise<Map<Precision, VariantFigures>> {
  const chosen = spread(pairs, limit);
  const models = new Map<Variant, Seq2Seq>();
  try {
    for (const variant of bundle.manifest.variants) models.set(variant, await Seq2Seq.open({ ...bundle, variant }, { threads: 1 }));
    const { maxTargetLength: maxLength } = bundle.manifest;
    const times = await timeTokens([...models.values()], spread(chosen, TIMED_TEXTS), maxLength);
    const figures = new Map<Precision, VariantFigures>();
    for (const [i, [{ precision }, model]] of [...models].entries()) {
      const { loss, tokenAccuracy, sequenceAccuracy } = await evaluate(chosen, {
        batchSize: BATCH,
        bucket: 1,
        evaluateBatch: stepwiseEvaluation(model),
        decode: async (sources) => (await decode(model, sources, maxLength)).map(({ ids }) => ids),
      });
      figures.set(precision, { loss, tokenAccuracy, sequenceAccuracy, msPerToken: times[i]! });
    }
    return figures;
  } finally {
    for (const model of models.values()) await model.dispose();
  }
}

function spread(pairs: Pairs, limit: number): Pairs {
  const count = Math.min(limit, pairs.count);
  return selectPairs(
    pairs,
    Uint32Array.from({ length: count }, (_, i) => Math.floor((i * pairs.count) / count)),
  );
}

const decode = (model: Seq2Seq, sources: readonly Int32Array[], maxLength: number) =>
  greedy(
    model,
    sources.map((source) => [...source, END_ID]),
    { maxLength, batchSize: BATCH },
  );

/** The models take turns, and of a text the best of its rounds counts: what else the machine does meets them alike. */
async function timeTokens(models: readonly Seq2Seq[], texts: Pairs, maxLength: number): Promise<number[]> {
  const best = models.map(() => Array<number>(texts.count).fill(Number.POSITIVE_INFINITY));
  for (let round = 0; round < ROUNDS; round++) {
    for (let text = 0; text < texts.count; text++) {
      for (const [i, model] of models.entries()) {
        const begin = performance.now();
        const [answer] = await decode(model, [texts.source(text)], maxLength);
        const tokens = answer!.ids.length + (answer!.truncated ? 0 : 1);
        best[i]![text] = Math.min(best[i]![text]!, (performance.now() - begin) / tokens);
      }
    }
  }
  return best.map((times) => median(times));
}
