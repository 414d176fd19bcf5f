import type { Sequences } from "./sequences.ts";

/** Gives tokens provisional ids in the order of their first use, until a vocabulary can be built from their counts. */
export class TokenTable {
  readonly #ids = new Map<string, number>();

  encode(tokens: readonly string[]): number[] {
    return tokens.map((token) => {
      let id = this.#ids.get(token);
      if (id === undefined) {
        id = this.#ids.size;
        this.#ids.set(token, id);
      }
      return id;
    });
  }

  /** Every token; the index is the provisional id. */
  tokens(): string[] {
    return [...this.#ids.keys()];
  }

  /** How often each token occurs in the sequences at `indices`; tokens that do not are left out. */
  count(sides: readonly Sequences[], indices: Uint32Array): Map<string, number> {
    const counts = new Float64Array(this.#ids.size);
    for (const sequences of sides) for (const index of indices) for (const id of sequences.get(index)) counts[id]! += 1;
    return new Map([...this.#ids].map(([token, id]): [string, number] => [token, counts[id]!]).filter(([, count]) => count > 0));
  }
}
