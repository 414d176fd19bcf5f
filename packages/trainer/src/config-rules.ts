import { UserError } from "@s2s/runtime";
import type { Locate } from "./config-issues.ts";
import { configKeys } from "./config-keys.ts";
import type { Config } from "./config.ts";

const defaults = new Map(configKeys().map(({ key, default: value }) => [key, value]));

/** What no single key can break. @throws UserError naming place and key */
export function checkRules({ data, training }: Config, locate: Locate): void {
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
