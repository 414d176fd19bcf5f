import { UserError } from "@s2s/runtime";
import { expect } from "vitest";

/** The user's mistake that a promise ends with, which must be one line. */
export async function failure(promise: Promise<unknown>): Promise<UserError> {
  const error: unknown = await promise.then(
    () => new Error("nothing failed"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).not.toContain("\n");
  return error as UserError;
}

export const failureText = async (promise: Promise<unknown>): Promise<string> => (await failure(promise)).message;
