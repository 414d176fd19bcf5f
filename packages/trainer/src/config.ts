import * as v from "valibot";

const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const fraction = v.pipe(v.number(), v.minValue(0), v.ltValue(1));
const path = v.pipe(v.string(), v.minLength(1));
const described = <S extends v.GenericSchema>(schema: S, text: string) => v.pipe(schema, v.description(text));

const side = (which: string) =>
  v.optional(
    v.strictObject({
      tokens: described(v.optional(v.picklist(["char", "word"]), "char"), `what a ${which} token is`),
      vocabulary: described(v.optional(whole(5, 10_000_000)), `most entries in the ${which} vocabulary, specials included (default: all)`),
      minFrequency: described(v.optional(whole(1, 1_000_000), 1), `rarer ${which} tokens become <unk>`),
      maxLength: described(v.optional(whole(1, 100_000)), `training pairs with more ${which} tokens are dropped (default: none is)`),
    }),
    {},
  );

/** The whole of `s2s.config.json`: every key has a type, a bound and a default; unknown keys are refused. */
export const ConfigSchema = v.strictObject({
  $schema: v.optional(v.string()),
  data: v.optional(
    v.strictObject({
      train: described(v.optional(path), "tab-separated training pairs, one a line (UTF-8)"),
      valid: described(v.optional(path), "validation pairs; without it, `validFraction` of the training pairs is held out"),
      sourceColumn: described(v.optional(whole(1, 1000), 1), "column of the source text, counted from 1"),
      targetColumn: described(v.optional(whole(1, 1000), 2), "column of the target text, counted from 1"),
      limit: described(v.optional(whole(1, Number.MAX_SAFE_INTEGER)), "read only the first pairs of the training file"),
      validFraction: described(v.optional(fraction, 0.1), "share of the training pairs held out when no `valid` file is given"),
      validSplit: described(
        v.optional(v.picklist(["random", "tail"]), "random"),
        "which pairs are held out: random ones (seeded) or the last ones",
      ),
    }),
    {},
  ),
  source: side("source"),
  target: side("target"),
  encoder: v.optional(
    v.strictObject({
      embedding: described(v.optional(whole(1, 65_536), 128), "width of the source embedding"),
      hidden: described(v.optional(whole(1, 65_536), 128), "width of the encoder's LSTM (of each direction)"),
      layers: described(v.optional(whole(1, 64), 1), "stacked encoder layers"),
      bidirectional: described(v.optional(v.boolean(), false), "read the source in both directions"),
      reverseSource: described(v.optional(v.boolean(), false), "read the source from its end (Sutskever et al. 2014)"),
    }),
    {},
  ),
  decoder: v.optional(
    v.strictObject({
      embedding: described(v.optional(whole(1, 65_536), 128), "width of the target embedding"),
      hidden: described(v.optional(whole(1, 65_536), 128), "width of the decoder's LSTM"),
      layers: described(v.optional(whole(1, 64), 1), "stacked decoder layers"),
    }),
    {},
  ),
  training: v.optional(
    v.strictObject({
      epochs: described(v.optional(whole(1, 1_000_000), 20), "passes over the training pairs"),
      batchSize: described(v.optional(whole(1, 65_536), 64), "pairs a step"),
      optimizer: described(v.optional(v.picklist(["sgd", "momentum", "adam", "adamw"]), "adam"), "update rule"),
      learningRate: described(v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1000)), 0.001), "step size"),
      momentum: described(v.optional(fraction, 0.9), "of `momentum`"),
      beta1: described(v.optional(fraction, 0.9), "of `adam` and `adamw`"),
      beta2: described(v.optional(fraction, 0.999), "of `adam` and `adamw`"),
      epsilon: described(v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1)), 1e-8), "of `adam` and `adamw`"),
      weightDecay: described(v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0.01), "of `adamw`, decoupled"),
      clipNorm: described(
        v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1e9)), 5),
        "longest global gradient norm; 0 does not clip",
      ),
      dropout: described(v.optional(fraction, 0), "share of activations dropped on embeddings, between layers and before the readout"),
      labelSmoothing: described(v.optional(fraction, 0), "probability mass spread over the vocabulary"),
      patience: described(v.optional(whole(0, 1_000_000), 0), "stop after so many epochs without a better validation loss; 0 never stops"),
      bucket: described(v.optional(whole(1, 1000), 4), "lengths are rounded up to multiples of this"),
      saveEvery: described(v.optional(whole(0, 100_000_000), 500), "steps between checkpoints inside an epoch; 0 saves at its end alone"),
      seed: described(v.optional(whole(0, 4_294_967_295), 1), "of weights, shuffling, dropout and the held-out split"),
      threads: described(
        v.optional(whole(1, 1024)),
        "CPU threads, each with its shard of a batch (default: the machine's cores, at most 8)",
      ),
      ep: described(v.optional(v.picklist(["cpu", "cuda", "webgpu"]), "cpu"), "execution provider"),
    }),
    {},
  ),
});

/** A configuration as a person writes it: everything optional. */
export type ConfigInput = v.InferInput<typeof ConfigSchema>;
/** A resolved configuration: every default filled in. */
export type Config = v.InferOutput<typeof ConfigSchema>;
