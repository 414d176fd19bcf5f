import { UserError } from "../errors.ts";
import type { FileInfo } from "../manifest.ts";
import { sha256 } from "./sha256.ts";

/** @throws UserError where a file `where` has not the size that the manifest says. */
export function requireSize(where: string, { bytes }: FileInfo, found: number): void {
  if (found === bytes) return;
  const state = found < bytes ? "truncated" : "changed";
  throw new UserError(`${where}: has ${found} bytes instead of ${bytes}, so it is ${state}; copy or export the bundle again`);
}

/** @throws UserError where a file `where` has not the SHA-256 (hexadecimal) that the manifest says. */
export function requireChecksum(where: string, { sha256 }: FileInfo, found: string): void {
  if (found === sha256) return;
  throw new UserError(`${where}: its SHA-256 is not the manifest's, so it is damaged or changed; copy or export the bundle again`);
}

/** Size and SHA-256 of bytes in memory. @throws UserError */
export async function requireContent(where: string, info: FileInfo, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  requireSize(where, info, bytes.length);
  requireChecksum(where, info, await sha256(bytes));
}

export async function hasContent(info: Pick<FileInfo, "sha256">, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  return (await sha256(bytes)) === info.sha256;
}
