import { expect } from "vitest";
import { UserError } from "../../src/errors.ts";

/** The message of the UserError that an action must end in: one line of bearable length. */
export async function refusal(action: () => Promise<unknown>): Promise<string> {
  const error = await action().then(
    () => new Error("was accepted"),
    (e: unknown) => e,
  );
  if (!(error instanceof UserError)) throw error;
  expect(error.message).toMatch(/^\P{Cc}{10,600}$/u);
  return error.message;
}
