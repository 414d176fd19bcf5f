import { emitOne } from "../emit.ts";
import type { Graph, Value } from "../ir.ts";
import { add, div, mul, sub } from "../ops/elementwise.ts";
import { concat, filled, reshape } from "../ops/movement.ts";
import { int64, sizeOf } from "../ops/size.ts";
import { type Dim, product } from "../shape.ts";

/** N rows in chunks of C, the last filled up: [N, ...] <-> [K, C, ...]. N may be known only when the graph runs. */
export class Chunks {
  readonly #graph: Graph;
  readonly #rows: Dim;
  readonly #chunk: number;
  readonly #count: Dim;
  readonly #missing: Dim;

  constructor(graph: Graph, rows: Dim, chunk: number) {
    [this.#graph, this.#rows, this.#chunk] = [graph, rows, chunk];
    if (typeof rows === "number") {
      this.#count = Math.ceil(rows / chunk);
      this.#missing = this.#count * chunk - rows;
      return;
    }
    const size = sizeOf(graph, rows);
    const count = div(add(size, chunk - 1), chunk);
    this.#count = graph.uniqueName("chunks");
    this.#missing = graph.uniqueName("chunks.missing");
    graph.define(this.#count, count);
    graph.define(this.#missing, sub(mul(count, chunk), size));
  }

  /** [N, ...] -> [K, C, ...], filled up with a number. */
  cut(x: Value, filler: number): Value {
    const rest = x.shape.slice(1);
    const parts = this.#missing === 0 ? [x] : [x, filled(this.#graph, x.type, [this.#missing, ...rest], filler)];
    return reshape(concat(parts, 0, product([this.#count, this.#chunk])), [this.#count, this.#chunk, ...rest]);
  }

  /** [K, C, ...] -> [N, ...], without what was filled up. */
  joined(x: Value): Value {
    const all = product([this.#count, this.#chunk]);
    const flat = reshape(x, [all, ...x.shape.slice(2)]);
    if (all === this.#rows) return flat;
    const [start, axes] = [int64(this.#graph, [0]), int64(this.#graph, [0])];
    return emitOne("Slice", [flat, start, sizeOf(this.#graph, this.#rows), axes], {}, x.type, flat.shape.with(0, this.#rows));
  }
}
