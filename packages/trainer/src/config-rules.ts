import { UserError } from "@s2s/runtime";
import type { Locate } from "./config-issues.ts";
import { configKeys } from "./config-keys.ts";
import type { Config } from "./config.ts";
import { LEAST_PIECES } from "./tokenizers/learn.ts";

const defaults = new Map(configKeys().map(({ key, default: value }) => [key, value]));

/** What no single key can break. @throws UserError naming place and key */
export function checkRules(config: Config, locate: Locate): void {
  checkTokens(config, locate);
  const { data, training } = config;
  if (data.valid !== undefined) {
    // A default counts as not given, since a resolved configuration holds it beside `valid`; a fraction of 0 agrees with `valid`.
    for (const key of ["validFraction", "validSplit"] as const) {
      if (data[key] === defaults.get(`data.${key}`) || data[key] === 0) continue;
      throw new UserError(`${locate(["data", key])}: data.${key} has no effect beside data.valid: leave one of the two out`);
    }
  } else if (training.patience > 0 && data.validFraction === 0) {
    const needs = "training.patience needs validation pairs: give data.valid or a data.validFraction above 0";
    throw new UserError(`${locate(["training", "patience"])}: ${needs}`);
  }
}

function checkTokens({ task, source, target }: Config, locate: Locate): void {
  for (const [side, { tokens, vocabulary = LEAST_PIECES }] of Object.entries({ source, target })) {
    if (tokens === "char" || tokens === "word" || vocabulary >= LEAST_PIECES) continue;
    const room = `${side}.vocabulary must be at least ${LEAST_PIECES} with ${tokens} pieces, which need 256 bytes beside them`;
    throw new UserError(`${locate([side, "vocabulary"])}: ${room}, but is ${vocabulary}`);
  }
  if ((task === "tag" || task === "next") && source.tokens !== "char" && source.tokens !== "word") {
    const unit = `${source.tokens} pieces have no labels of their own`;
    throw new UserError(`${locate(["source", "tokens"])}: ${unit}: with the task ${task} source.tokens is char or word`);
  }
  if (!target.shared) return;
  for (const key of ["tokens", "vocabulary", "minFrequency"] as const) {
    if (target[key] === source[key] || target[key] === defaults.get(`target.${key}`)) continue;
    throw new UserError(`${locate(["target", key])}: target.${key} has no effect beside target.shared: set source.${key} alone`);
  }
}
