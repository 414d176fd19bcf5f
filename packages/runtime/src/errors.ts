/**
 * A mistake of the user's (a wrong option, a missing file, damaged data), never a bug of ours.
 * The message is one line: what is wrong, where (`file:line` for data), what to do. The CLI prints it alone and exits with 2.
 */
export class UserError extends Error {
  override readonly name = "UserError";
}
