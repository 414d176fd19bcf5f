import { UserError } from "./errors.ts";

/** A part that not every model has, such as the tokens of its source. @throws UserError where this one has it not: it is asked for what it is not for */
export function given<T>(part: T | undefined, what: string): T {
  if (part === undefined) throw new UserError(`this model has no ${what}: it is made for another task; s2s inspect says which`);
  return part;
}
