/** A binary heap; what comes before all others is taken first. */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  /** @param before - a strict order */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  push(item: T): void {
    const items = this.#items;
    let hole = items.length;
    for (let parent = (hole - 1) >> 1; hole > 0 && this.#before(item, items[parent]!); parent = (hole - 1) >> 1) {
      items[hole] = items[parent]!;
      hole = parent;
    }
    items[hole] = item;
  }

  /** Takes the first item out; undefined where there is none. */
  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const item = items.pop();
    if (item === undefined || items.length === 0) return first;
    let hole = 0;
    for (let child = 1; child < items.length; child = 2 * hole + 1) {
      if (child + 1 < items.length && this.#before(items[child + 1]!, items[child]!)) child += 1;
      if (!this.#before(items[child]!, item)) break;
      items[hole] = items[child]!;
      hole = child;
    }
    items[hole] = item;
    return first;
  }
}
