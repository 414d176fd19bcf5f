/** Many sequences of ids in one growing Int32Array: 4 bytes an id and 8 a sequence, where objects would take many times that. */
export class Sequences {
  #ids = new Int32Array(1024);
  /** Sequence i is ids[offsets[i] .. offsets[i + 1]]; float64 holds offsets beyond 2^32 exactly. */
  #offsets = new Float64Array(256);
  #count = 0;

  /** Number of sequences. */
  get count(): number {
    return this.#count;
  }

  push(ids: ArrayLike<number>): void {
    const begin = this.#offsets[this.#count]!;
    const end = begin + ids.length;
    if (end > this.#ids.length) {
      const grown = new Int32Array(Math.ceil(end * 1.5));
      grown.set(this.#ids.subarray(0, begin));
      this.#ids = grown;
    }
    if (this.#count + 2 > this.#offsets.length) {
      const grown = new Float64Array(Math.ceil(this.#offsets.length * 1.5));
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#ids.set(ids, begin);
    this.#count += 1;
    this.#offsets[this.#count] = end;
  }

  /** Ids in sequence `index`. */
  lengthOf(index: number): number {
    return this.#offsets[index + 1]! - this.#offsets[index]!;
  }

  /** A view, valid until the next `push`. */
  get(index: number): Int32Array {
    return this.#ids.subarray(this.#offsets[index]!, this.#offsets[index + 1]!);
  }

  /** Turns every sequence around. */
  reverse(): void {
    for (let sequence = 0; sequence < this.#count; sequence++) this.get(sequence).reverse();
  }

  /** Replaces every id by those in `table[id]`. */
  replace(table: readonly ArrayLike<number>[]): void {
    const end = this.#offsets[this.#count]!;
    let length = 0;
    for (let i = 0; i < end; i++) length += table[this.#ids[i]!]!.length;
    const replaced = new Int32Array(length);
    let at = 0;
    for (let sequence = 0, i = 0; sequence < this.#count; sequence++) {
      for (const until = this.#offsets[sequence + 1]!; i < until; i++) {
        const ids = table[this.#ids[i]!]!;
        replaced.set(ids, at);
        at += ids.length;
      }
      this.#offsets[sequence + 1] = at;
    }
    this.#ids = replaced;
  }
}
