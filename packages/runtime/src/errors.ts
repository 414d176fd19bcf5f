/**
 * A mistake of the user's (a wrong option, a missing file, damaged data), never a bug of ours.
 * The message is one line: what is wrong, where (`file:line` for data), what to do. The CLI prints it alone and exits with 2.
 */
export class UserError extends Error {
  override readonly name = "UserError";

  /** By name: one that comes through another copy of this module, such as that of a page's other script, is the user's as well. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this === UserError) return value instanceof Error && value.name === "UserError";
    return Function.prototype[Symbol.hasInstance].call(this, value);
  }
}
