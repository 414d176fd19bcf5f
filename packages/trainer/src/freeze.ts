import { UserError } from "@s2s/runtime";
import { listOf } from "./config/fields.ts";

/** A name's parts as they are; `*` stands for any text, dots too. */
const matcher = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
    "u",
  );

/** Whether a parameter is frozen by `training.freeze`, such as "encoder.*,decoder.embedding.*". */
export function frozenBy(patterns: string | undefined): (parameter: string) => boolean {
  const matchers = listOf(patterns).map(matcher);
  return (parameter) => matchers.some((one) => one.test(parameter));
}

/** @throws UserError for a pattern that no parameter of the model has, and where nothing is left to train */
export function checkFreeze(patterns: string | undefined, parameters: readonly string[]): void {
  for (const pattern of listOf(patterns)) {
    const one = matcher(pattern);
    if (!parameters.some((name) => one.test(name))) {
      const known = [...new Set(parameters.map((name) => name.split(".").slice(0, 2).join(".")))].map((name) => `${name}.*`);
      throw new UserError(`training.freeze: no parameter is named ${pattern}; the model has ${known.join(", ")}`);
    }
  }
  const frozen = frozenBy(patterns);
  if (parameters.every((name) => frozen(name))) throw new UserError("training.freeze: leaves nothing to train; freeze less");
}
