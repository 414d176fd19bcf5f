import { hexadecimal } from "./hexadecimal.ts";

/**
 * SHA-256 in hexadecimal. Pages that are neither https nor localhost have no WebCrypto, and hash in plain JavaScript.
 */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = globalThis.crypto ?? {};
  if (subtle !== undefined) return hexadecimal(new Uint8Array(await subtle.digest("SHA-256", bytes)));
  const { sha256InJavaScript } = await import("./sha256-in-javascript.ts");
  return sha256InJavaScript(bytes);
}
