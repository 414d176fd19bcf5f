import { UserError } from "./errors.ts";

/** Ids of the special tokens, the same in every vocabulary. */
export const PAD_ID = 0;
export const UNKNOWN_ID = 1;
export const START_ID = 2;
export const END_ID = 3;
/** The special tokens; the index is the id. */
export const SPECIAL_TOKENS: readonly string[] = ["<pad>", "<unk>", "<s>", "</s>"];

/**
 * Tokens and their ids. Ids 0 to 3 are `<pad> <unk> <s> </s>`; a text can never produce these four, so whoever types "<s>"
 * as a word gets `<unk>`, as for any other word that is not in the vocabulary.
 */
export class Vocabulary {
  /** Every token; the index is the id. */
  readonly tokens: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  /** @throws UserError where the special tokens are missing, a token is empty or occurs twice; `where` names the file. */
  constructor(tokens: readonly string[], where = "vocabulary") {
    const ids = new Map<string, number>();
    for (const [id, special] of SPECIAL_TOKENS.entries()) {
      if (tokens[id] !== special) throw new UserError(`${where}: entry ${id} must be ${special}; is this a vocabulary that s2s wrote?`);
    }
    for (let id = SPECIAL_TOKENS.length; id < tokens.length; id += 1) {
      const token = tokens[id];
      if (typeof token !== "string" || token === "") throw new UserError(`${where}: entry ${id} must be a text that is not empty`);
      if (ids.has(token) || SPECIAL_TOKENS.includes(token)) {
        throw new UserError(`${where}: entry ${id} repeats the token ${JSON.stringify(token.slice(0, 40))}; every token may occur once`);
      }
      ids.set(token, id);
    }
    this.tokens = [...tokens];
    this.#ids = ids;
  }

  /** Number of entries, special tokens included. */
  get size(): number {
    return this.tokens.length;
  }

  /** Id of a token; that of `<unk>` where it is not in the vocabulary or is a special one. */
  idOf(token: string): number {
    return this.#ids.get(token) ?? UNKNOWN_ID;
  }

  /** Tokens of ids, without `<pad>`, `<s>` and `</s>`. An unknown word stays visible as `<unk>`. @throws RangeError */
  decode(ids: Iterable<number>): string[] {
    const tokens: string[] = [];
    for (const id of ids) {
      const token = this.tokens[id];
      if (token === undefined) throw new RangeError(`id ${id} is outside a vocabulary of ${this.size} tokens`);
      if (id !== PAD_ID && id !== START_ID && id !== END_ID) tokens.push(token);
    }
    return tokens;
  }
}
