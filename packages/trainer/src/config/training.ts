import { OPTIMIZERS } from "@s2s/runtime/manifest";
import * as v from "valibot";
import { choice, described, fraction, positive, share, text, whole } from "./fields.ts";

export const SCHEDULES = ["constant", "halving", "exponential", "plateau", "inverse-sqrt", "cosine"] as const;
export const SAMPLINGS = ["none", "linear", "exponential", "inverse-sigmoid"] as const;
export const JUDGES = ["loss", "answers", "last"] as const;
export const INITIALIZATIONS = ["default", "uniform", "normal"] as const;

const rate = (description: string) => described(v.optional(fraction, 0), description);

/** A usual step size of each update rule: the adaptive ones divide by the gradient's size, `adadelta` has no unit of its own. */
const LEARNING_RATES: Readonly<Record<(typeof OPTIMIZERS)[number], number>> = {
  sgd: 0.5,
  momentum: 0.1,
  rmsprop: 0.001,
  adagrad: 0.01,
  adadelta: 1,
  adam: 0.001,
  adamw: 0.001,
  nadam: 0.001,
};
const unlikeMost = Object.entries(LEARNING_RATES).filter(([, each]) => each !== LEARNING_RATES.adam);

const TrainingKeys = v.strictObject({
  epochs: described(v.optional(whole(1, 1_000_000), 20), "passes over the training examples"),
  batchSize: described(v.optional(whole(1, 65_536), 64), "examples a step"),
  optimizer: choice(OPTIMIZERS, "adam", "update rule"),
  learningRate: described(
    v.optional(positive(1000)),
    `step size (default: ${LEARNING_RATES.adam}, ${unlikeMost.map(([name, each]) => `of \`${name}\` ${each}`).join(", ")})`,
  ),
  momentum: described(v.optional(fraction, 0.9), "of `momentum`"),
  rho: described(v.optional(fraction, 0.9), "decay of the squares of `rmsprop` and `adadelta`"),
  beta1: described(v.optional(fraction, 0.9), "of `adam`, `adamw` and `nadam`"),
  beta2: described(v.optional(fraction, 0.999), "of `adam`, `adamw` and `nadam`"),
  epsilon: described(
    v.optional(positive(1)),
    "of the adaptive optimizers (default: 1e-8, of `rmsprop` 1e-7, of `adadelta` 1e-6, of `adagrad` 1e-10)",
  ),
  weightDecay: described(v.optional(share, 0.01), "of `adamw`, decoupled"),
  schedule: choice(SCHEDULES, "constant", "how the learning rate changes"),
  scheduleStart: described(
    v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1_000_000)), 0),
    "epochs with the full learning rate, before `halving` and `exponential` begin",
  ),
  scheduleEvery: described(
    v.optional(positive(1_000_000), 1),
    "epochs between two changes of `halving` and `exponential`, or not better than the best of `plateau`",
  ),
  scheduleFactor: described(
    v.optional(v.pipe(v.number(), v.gtValue(0), v.ltValue(1)), 0.5),
    "what `halving`, `exponential` and `plateau` multiply the learning rate by",
  ),
  warmup: described(v.optional(whole(0, 100_000_000), 0), "steps in which the learning rate rises to its full height"),
  clipNorm: described(v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1e9)), 5), "longest global gradient norm; 0 does not clip"),
  clipValue: described(v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1e9)), 0), "largest gradient of a weight; 0 does not clip"),
  dropout: rate("share of activations dropped on embeddings, between layers and before the readout"),
  embeddingDropout: described(v.optional(fraction), "share dropped on embeddings, where it is not `dropout`"),
  recurrentDropout: rate("share of the state dropped between steps, the same in every step of a sequence (Gal & Ghahramani 2016)"),
  wordDropout: rate("share of whole words dropped from sources and targets"),
  labelSmoothing: rate("probability mass spread over the vocabulary"),
  averageDecay: described(
    v.optional(fraction, 0),
    "decay of the weights' moving average, which is then what is measured and kept (0.999: over some 1,000 steps); 0: the weights as they are",
  ),
  coverageWeight: described(
    v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1000)), 0),
    "weight of the loss for looking twice at the same place; with decoder.coverage",
  ),
  scheduledSampling: choice(SAMPLINGS, "none", "how the share of true tokens that the decoder is fed falls (Bengio et al. 2015)"),
  samplingRate: described(v.optional(share, 0.25), "largest share of its own tokens that the decoder is fed"),
  samplingSteps: described(v.optional(positive(1e9), 10_000), "constant of the decay, in steps (`k` of Bengio et al. 2015)"),
  sampledSoftmax: described(v.optional(whole(0, 1_000_000), 0), "words that stand for the vocabulary in training; 0: all of it"),
  lossChunk: described(v.optional(whole(0, 1_000_000), 0), "rows of logits that are in memory at a time; 0: all"),
  freeze: described(v.optional(text), "parameters that stay as they are, as patterns separated by commas: encoder.*,decoder.embedding.*"),
  initialization: choice(INITIALIZATIONS, "default", "how weights start: each as its layer does, or all alike"),
  initializationScale: described(v.optional(positive(100), 0.08), "bound of `uniform`, deviation of `normal`"),
  curriculum: described(
    v.optional(whole(0, 1000), 0),
    "column with the difficulty of a pair: easy ones come first (Zaremba & Sutskever 2014); 0: none",
  ),
  measureTraining: described(
    v.optional(v.boolean(), false),
    "measure as many training examples as are held out, too, at the end of each epoch: for curves of both",
  ),
  best: choice(
    JUDGES,
    "loss",
    "what tells which epoch is the best: the validation loss, the model's own answers to the held-out examples, or that it is the last one",
  ),
  answered: described(v.optional(whole(1, 100_000_000), 200), "held-out examples, spread over all, that each epoch's model answers"),
  patience: described(v.optional(whole(0, 1_000_000), 0), "stop after so many epochs that are not better than the best; 0 never stops"),
  bucket: described(v.optional(whole(1, 1000), 4), "lengths are rounded up to multiples of this"),
  saveEvery: described(v.optional(whole(0, 100_000_000), 500), "steps between checkpoints inside an epoch; 0 saves at its end alone"),
  seed: described(v.optional(whole(0, 4_294_967_295), 1), "of weights, shuffling, dropout and the held-out split"),
  threads: described(v.optional(whole(1, 1024)), "CPU threads, each with its shard of a batch (default: the machine's cores, at most 8)"),
  ep: choice(["cpu", "cuda", "webgpu"], "cpu", "execution provider"),
});

/** How the weights are found. */
export const TrainingSchema = v.pipe(
  TrainingKeys,
  // In the keys' order, in which changes are told.
  v.transform(({ epochs, batchSize, optimizer, learningRate = LEARNING_RATES[optimizer], ...others }) => {
    return { epochs, batchSize, optimizer, learningRate, ...others };
  }),
);
