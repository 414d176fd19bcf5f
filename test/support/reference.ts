import type { ModelConfig } from "@s2s/runtime/manifest";

/**
 * The LSTM encoder-decoder in plain float64 TypeScript, one sentence at a time, written from the equations alone: what the graphs are compared with.
 */
export type Weights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

interface State {
  h: number[];
  c: number[];
}

export class Reference {
  readonly #weights: Weights;
  readonly #model: ModelConfig;

  constructor(model: ModelConfig, weights: Weights) {
    this.#model = model;
    this.#weights = weights;
  }

  /** Logits [T][V] of the decoder under teacher forcing. */
  logits(source: readonly number[], targetInput: readonly number[]): number[][] {
    const states = this.encode(source);
    return targetInput.map((id) => this.decode(id, states));
  }

  encode(source: readonly number[]): State[] {
    const { encoder: e, decoder: d } = this.#model;
    const ids = e.reverseSource ? source.toReversed() : source;
    let rows = ids.map((id) => this.#row("encoder.embedding.w", id));
    const finals: State[] = [];
    for (let layer = 0; layer < e.layers; layer++) {
      const forward = this.#run(`encoder.lstm.${layer}`, rows, e.hidden);
      if (e.bidirectional) {
        const backward = this.#run(`encoder.lstm.${layer}.backward`, rows.toReversed(), e.hidden);
        const outputs = backward.outputs.toReversed();
        rows = forward.outputs.map((h, t) => [...h, ...outputs[t]]);
        finals.push({ h: [...forward.last.h, ...backward.last.h], c: [...forward.last.c, ...backward.last.c] });
      } else {
        rows = forward.outputs;
        finals.push(forward.last);
      }
    }
    return Array.from({ length: d.layers }, (_, layer) => {
      const { h, c } = finals[Math.max(0, layer + e.layers - d.layers)];
      if (h.length === d.hidden) return { h, c };
      return { h: this.#linear(`bridge.${layer}.h`, h), c: this.#linear(`bridge.${layer}.c`, c) };
    });
  }

  /** One step; changes the states. */
  decode(id: number, states: State[]): number[] {
    let x = this.#row("decoder.embedding.w", id);
    for (const [layer, state] of states.entries()) {
      states[layer] = this.#cell(`decoder.lstm.${layer}`, x, state);
      x = states[layer].h;
    }
    return this.#linear("decoder.readout", x);
  }

  #run(name: string, rows: readonly number[][], hidden: number): { outputs: number[][]; last: State } {
    let last: State = { h: Array(hidden).fill(0), c: Array(hidden).fill(0) };
    const outputs = rows.map((x) => (last = this.#cell(name, x, last)).h);
    return { outputs, last };
  }

  #cell(name: string, x: readonly number[], { h, c }: State): State {
    const size = h.length;
    const z = this.#product(`${name}.wx`, x);
    const recurrent = this.#product(`${name}.wh`, h);
    const { data: b } = this.#weights.get(`${name}.b`)!;
    const gate = (k: number, j: number): number => z[k * size + j] + recurrent[k * size + j] + b[k * size + j];
    const next: State = { h: [], c: [] };
    for (let j = 0; j < size; j++) {
      const [i, o, f] = [0, 1, 2].map((k) => sigmoid(gate(k, j)));
      next.c.push(f * c[j] + i * Math.tanh(gate(3, j)));
      next.h.push(o * Math.tanh(next.c[j]));
    }
    return next;
  }

  #row(name: string, id: number): number[] {
    const { shape, data } = this.#weights.get(name)!;
    return Array.from({ length: shape[1] }, (_, j) => data[id * shape[1] + j]);
  }

  #product(name: string, x: readonly number[]): number[] {
    const { shape, data } = this.#weights.get(name)!;
    return Array.from({ length: shape[1] }, (_, j) => x.reduce((sum, value, i) => sum + value * data[i * shape[1] + j], 0));
  }

  #linear(name: string, x: readonly number[]): number[] {
    const { data } = this.#weights.get(`${name}.b`)!;
    return this.#product(`${name}.w`, x).map((value, j) => value + data[j]);
  }
}

/** Cross-entropy in nats of one row of logits, with label smoothing. */
export function crossEntropy(logits: readonly number[], target: number, smoothing = 0): number {
  const largest = Math.max(...logits);
  const total = largest + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  const mean = logits.reduce((sum, value) => sum + value, 0) / logits.length;
  return total - (1 - smoothing) * logits[target] - smoothing * mean;
}
