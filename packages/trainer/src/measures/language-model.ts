export interface LanguageFigures {
  /** exp(nats a token): the size of a uniform choice that is as hard. Depends on what a token is. */
  readonly perplexity: number;
  /** Comparable between models whatever their tokens are; the end of each text is counted in the bits, but is no character. */
  readonly bitsPerCharacter: number;
  readonly bitsPerByte: number;
}

/**
 * @param nats summed negative log-likelihood of all texts, with their ends
 * @param tokens predicted ones, ends counted
 * @param texts what was predicted; characters are code points, bytes those of UTF-8
 */
export function languageFigures(nats: number, tokens: number, texts: Iterable<string>): LanguageFigures {
  let characters = 0;
  let bytes = 0;
  const encoder = new TextEncoder();
  for (const text of texts) {
    characters += Array.from(text).length;
    bytes += encoder.encode(text).length;
  }
  const bits = nats / Math.LN2;
  return { perplexity: Math.exp(nats / tokens), bitsPerCharacter: bits / characters, bitsPerByte: bits / bytes };
}
