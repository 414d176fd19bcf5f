import { UserError } from "@s2s/runtime";
import type { Locate } from "./config-issues.ts";
import { DEFAULTS } from "./config-keys.ts";
import type { Config } from "./config.ts";
import { unequalWidths } from "./config/decoder.ts";
import { listOf } from "./config/fields.ts";
import { sourceKind } from "./source-kind.ts";
import { taskOf } from "./tasks/index.ts";
import { LEAST_PIECES } from "./tokenizers/learn.ts";

/** What no single key can break. @throws UserError naming place and key */
export function checkRules(config: Config, locate: Locate): void {
  taskOf(config.task).check?.(config, (section, key, problem) => {
    throw new UserError(`${locate([section, key])}: ${problem}`);
  });
  checkSource(config, locate);
  checkTokens(config, locate);
  checkLoss(config, locate);
  checkDecoder(config, locate);
  checkTraining(config, locate);
  const { data, training } = config;
  if (data.valid !== undefined) {
    // A default counts as not given, since a resolved configuration holds it beside `valid`; a fraction of 0 agrees with `valid`.
    for (const key of ["validFraction", "validSplit"] as const) {
      if (data[key] === DEFAULTS.get(`data.${key}`) || data[key] === 0) continue;
      throw new UserError(`${locate(["data", key])}: data.${key} has no effect beside data.valid: leave one of the two out`);
    }
  } else if (data.validFraction === 0) {
    const needing = { patience: training.patience > 0, schedule: training.schedule === "plateau", best: training.best === "answers" };
    const key = Object.entries(needing).find(([, needs]) => needs)?.[0] as keyof typeof needing | undefined;
    if (key === undefined) return;
    const what = key === "patience" ? "training.patience" : `training.${key} ${training[key]}`;
    const needs = `${what} needs validation pairs: give data.valid or a data.validFraction above 0`;
    throw new UserError(`${locate(["training", key])}: ${needs}`);
  }
}

function checkLoss({ decoder, training }: Config, locate: Locate): void {
  const refuse = (key: keyof Config["training"], problem: string): never => {
    throw new UserError(`${locate(["training", key])}: training.${key} ${problem}`);
  };
  if (training.sampledSoftmax > 0 && training.labelSmoothing > 0)
    refuse("sampledSoftmax", "leaves out most words, training.labelSmoothing needs all: set one of the two to 0");
  if (training.sampledSoftmax > 0 && decoder.copy)
    refuse("sampledSoftmax", "leaves out most words, decoder.copy needs all: leave one of the two out");
  if (training.coverageWeight > 0 && decoder.attention === "none") refuse("coverageWeight", "needs a decoder.attention other than none");
}

function checkSource({ source: { channels } }: Config, locate: Locate): void {
  if (channels === 2) throw new UserError(`${locate(["source", "channels"])}: source.channels must be 1, 3 or 4, but is ${channels}`);
}

function checkTokens(config: Config, locate: Locate): void {
  const { source, target } = config;
  for (const [side, { tokens, vocabulary = LEAST_PIECES }] of Object.entries({ source, target })) {
    if (tokens === "char" || tokens === "word" || vocabulary >= LEAST_PIECES) continue;
    const room = `${side}.vocabulary must be at least ${LEAST_PIECES} with ${tokens} pieces, which need 256 bytes beside them`;
    throw new UserError(`${locate([side, "vocabulary"])}: ${room}, but is ${vocabulary}`);
  }
  if (!target.shared) return;
  const kind = sourceKind(config);
  if (kind !== undefined && kind !== "text")
    throw new UserError(`${locate(["target", "shared"])}: target.shared needs a source of text, but source.kind is ${kind}: leave it out`);
  for (const key of ["tokens", "vocabulary", "minFrequency"] as const) {
    if (target[key] === source[key] || target[key] === DEFAULTS.get(`target.${key}`)) continue;
    throw new UserError(`${locate(["target", key])}: target.${key} has no effect beside target.shared: set source.${key} alone`);
  }
}

function checkDecoder(config: Config, locate: Locate): void {
  const { task, target, encoder, decoder } = config;
  const fail = (key: string, problem: string): never => {
    throw new UserError(`${locate(["decoder", key])}: ${problem}`);
  };
  const { attention, bridge, context } = decoder;
  if (!taskOf(task).writesTokens) {
    // Widths and cells are given for both sides at once; these are not.
    for (const key of ["context", "attention", "coverage", "inputFeeding", "copy", "tied", "sharedEmbedding"] as const) {
      if (decoder[key] === DEFAULTS.get(`decoder.${key}`) || (task === "draw" && key === "attention")) continue;
      fail(key, `decoder.${key} is for tasks that write tokens, not for ${task}: leave it out`);
    }
    return;
  }
  const { sources } = taskOf(task);
  if (sources.length === 0) return;
  for (const key of ["coverage", "inputFeeding", "copy"] as const)
    if (decoder[key] && attention === "none") fail(key, `decoder.${key} needs attention: set decoder.attention, such as to general`);
  for (const key of ["copy", "sharedEmbedding"] as const)
    if (decoder[key] && !target.shared) fail(key, `decoder.${key} needs one vocabulary for both sides: set target.shared`);
  if (decoder.sharedEmbedding && encoder.embedding !== decoder.embedding)
    fail(
      "sharedEmbedding",
      `decoder.sharedEmbedding needs embeddings of one width, but encoder.embedding is ${encoder.embedding} and decoder.embedding ${decoder.embedding}`,
    );
  const kind = sourceKind(config);
  if (decoder.copy && kind !== "text") fail("copy", `decoder.copy copies words, but source.kind is ${kind}: leave it out`);
  if (attention !== "none" && kind === "vector")
    fail("attention", "decoder.attention needs a source of several positions, but source.kind is vector: leave it out");
  if (attention !== "none" && context === "every-step")
    fail(
      "context",
      "decoder.context every-step is for decoders without attention, which gives every step a context of its own: leave one of the two out",
    );
  if (bridge === "zero" && attention === "none" && context === "initial")
    fail(
      "bridge",
      "decoder.bridge zero hands nothing over, and the decoder sees nothing else of the source: set decoder.attention or decoder.context",
    );
  // The width of a vector stands in its file alone.
  const widths = kind === "vector" ? null : handedOver(encoder, kind === "image");
  if (widths === null) return;
  const unequal = unequalWidths(decoder, widths.from, widths.places);
  if (unequal !== undefined) fail("attention", unequal);
  if (bridge === "copy" && widths.states !== decoder.hidden)
    fail(
      "bridge",
      `decoder.bridge copy needs states of one width, but the ${widths.from} gives ${widths.states} numbers and decoder.hidden is ${decoder.hidden}: take linear`,
    );
}

/** Widths of what a decoder looks at and of what it begins with. */
function handedOver({ hidden, bidirectional, filters, features }: Config["encoder"], isImage: boolean) {
  const width = hidden * (bidirectional ? 2 : 1);
  return isImage
    ? { from: "image's CNN", places: Number(listOf(filters).at(-1)), states: features }
    : { from: "encoder", places: width, states: width };
}

function checkTraining(config: Config, locate: Locate): void {
  const { task, training } = config;
  const fail = (section: string, key: string, problem: string): never => {
    throw new UserError(`${locate([section, key])}: ${problem}`);
  };
  if (!taskOf(task).writesTokens) {
    for (const key of ["sampledSoftmax", "lossChunk"] as const)
      if (training[key] > 0) fail("training", key, `training.${key} is for tasks that write tokens, not for ${task}: leave it out`);
    if (training.scheduledSampling !== "none")
      fail("training", "scheduledSampling", `training.scheduledSampling is for tasks that write tokens, not for ${task}: leave it out`);
  }
  if (training.curriculum > 0 && (task !== "translate" || sourceKind(config) !== "text"))
    fail("training", "curriculum", "training.curriculum reads a column of pairs of texts: it is for the task translate alone");
  if (training.best === "answers" && taskOf(task).worth === undefined)
    fail(
      "training",
      "best",
      `training.best answers needs answers that are right or wrong, which the task ${task} has none of: leave it out`,
    );
  if (training.best === "last" && (training.patience > 0 || training.schedule === "plateau"))
    fail(
      "training",
      "best",
      `training.best last takes every epoch for the best so far, so ${training.patience > 0 ? "training.patience" : "the schedule plateau"} has nothing to count: leave one of the two out`,
    );
  if (training.schedule === "plateau" && training.scheduleEvery < 1)
    fail(
      "training",
      "scheduleEvery",
      `training.scheduleEvery counts whole epochs with the schedule plateau, but is ${training.scheduleEvery}`,
    );
}
