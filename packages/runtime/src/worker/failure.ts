import { UserError } from "../errors.ts";

/** An error on its way between threads, which keep the class of none but the language's own. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
}

export function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, stack } = error;
  return { name, message, stack };
}

/** A user's mistake gets its class back; what is a bug keeps the stack of where it happened. */
export function toError({ name, message, stack }: Failure): Error {
  if (name === "UserError") return new UserError(message);
  return Object.defineProperties(new Error(message), {
    name: { value: name, configurable: true, writable: true },
    stack: { value: stack, configurable: true, writable: true },
  });
}
