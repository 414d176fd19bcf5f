import { SPECIAL_TOKENS } from "../vocabulary.ts";

/** Byte 0 is token 4, byte 255 token 259, wherever tokens are pieces: a character that no piece has becomes the bytes of its UTF-8. */
const FIRST_BYTE_ID = SPECIAL_TOKENS.length;
const BYTE_TOKENS: readonly string[] = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
/** The first ids of a vocabulary of pieces. */
export const RESERVED_TOKENS: readonly string[] = [...SPECIAL_TOKENS, ...BYTE_TOKENS];

const BYTES: ReadonlyMap<string, number> = new Map(BYTE_TOKENS.map((token, byte) => [token, byte]));
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Whether other tools could take a piece for a special token or a byte. */
export const looksReserved = (piece: string): boolean => SPECIAL_TOKENS.includes(piece) || /^<0x..>$/su.test(piece);

export const isByte = (token: string): boolean => BYTES.has(token);

export function byteIds(text: string): number[] {
  return Array.from(encoder.encode(text), (byte) => FIRST_BYTE_ID + byte);
}

/** The text of pieces. Bytes in a row are UTF-8 as a whole or, where they are not, a U+FFFD each, as in Hugging Face's decoder. */
export function joinPieces(tokens: readonly string[]): string {
  let text = "";
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length > 0) text += decodeBytes(Uint8Array.from(bytes));
    bytes = [];
  };
  for (const token of tokens) {
    const byte = BYTES.get(token);
    if (byte !== undefined) bytes.push(byte);
    else {
      flush();
      text += token;
    }
  }
  flush();
  return text;
}

function decodeBytes(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return "\uFFFD".repeat(bytes.length);
  }
}
