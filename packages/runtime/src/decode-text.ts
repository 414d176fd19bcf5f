import { UserError } from "./errors.ts";

/** Bytes as UTF-8. @throws UserError that names `where` */
export function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${where}: is not UTF-8 text (damaged); copy or export the bundle again`);
  }
}
