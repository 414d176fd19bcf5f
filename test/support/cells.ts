import {
  type ScanStep,
  type Value,
  add,
  concat,
  gemm,
  matmul,
  mul,
  reduceMean,
  scan,
  sigmoid,
  softmax,
  split,
  squeeze,
  sub,
  tanh,
  transpose,
  unsqueeze,
} from "@s2s/graph-builder";

/** Cells as a user would write them on the public API, for the checks of scan. */
export const [T, B, E, H, S, D] = [5, 2, 3, 4, 6, 7];

export interface Cell {
  readonly shapes: readonly (readonly number[])[];
  readonly build: (inputs: Value[], reverse: boolean) => Value[];
}

const lstmStep = (wh: Value, [h, c]: Value[], projected: Value): ScanStep => {
  const z = gemm(h, wh, projected);
  const [iof, g] = split(z, [3 * H, H], -1);
  const [i, o, f] = split(sigmoid(iof), [H, H, H], -1);
  const cell = add(mul(f, c), mul(i, tanh(g)));
  const next = mul(o, tanh(cell));
  return { states: [next, cell], outputs: [next] };
};

/** Hochreiter & Schmidhuber 1997, the projection inside the loop. */
export const lstmCell: Cell = {
  shapes: [[T, B, E], [B, H], [B, H], [E, 4 * H], [H, 4 * H], [4 * H]],
  build: ([xs, h0, c0, wx, wh, b], reverse) => {
    const result = scan((states, [x]) => lstmStep(wh, states, add(matmul(x, wx), b)), [h0, c0], [xs], { reverse });
    return [result.outputs[0], result.states[1]];
  },
};

/** Cho et al. 2014, as cuDNN and PyTorch have it: the reset gate after the product, biases captured. */
export const gruCell: Cell = {
  shapes: [[T, B, E], [B, H], [E, 3 * H], [H, 3 * H], [3 * H], [3 * H]],
  build: ([xs, h0, wx, wh, bx, bh], reverse) => {
    const result = scan(
      ([h], [x]) => {
        const [xz, xr, xn] = split(add(matmul(x, wx), bx), [H, H, H], -1);
        const [hz, hr, hn] = split(add(matmul(h, wh), bh), [H, H, H], -1);
        const z = sigmoid(add(xz, hz));
        const r = sigmoid(add(xr, hr));
        const n = tanh(add(xn, mul(r, hn)));
        const next = add(mul(sub(1, z), n), mul(z, h));
        return { states: [next], outputs: [next] };
      },
      [h0],
      [xs],
      { reverse },
    );
    return [result.outputs[0], result.states[0]];
  },
};

/** Luong et al. 2015: general attention, input feeding. */
export const attentionDecoder: Cell = {
  shapes: [
    [T, B, E],
    [B, H],
    [B, H],
    [B, D],
    [B, S, D],
    [E, 4 * H],
    [D, 4 * H],
    [H, 4 * H],
    [H, D],
    [H, D],
    [D, D],
  ],
  build: ([xs, h0, c0, feed0, memory, wx, wf, wh, wq, wa, wc], reverse) => {
    const result = scan(
      ([h, c, feed], [x]) => {
        const lstm = lstmStep(wh, [h, c], add(matmul(x, wx), matmul(feed, wf)));
        const query = unsqueeze(matmul(lstm.states[0], wq), 1);
        const weights = softmax(matmul(query, transpose(memory)), -1);
        const context = squeeze(matmul(weights, memory), 1);
        const attended = tanh(add(matmul(context, wc), matmul(lstm.states[0], wa)));
        return { states: [...lstm.states, attended], outputs: [attended, squeeze(weights, 1)] };
      },
      [h0, c0, feed0],
      [xs],
      { reverse },
    );
    return [...result.outputs, result.states[1]];
  },
};

/** A loop in a loop: both read elements and outer values, the inner one also what the outer one computes. */
export const nestedLoops: Cell = {
  shapes: [
    [T, S, B, E],
    [B, H],
    [E, H],
    [H, H],
    [H, H],
    [S, B, H],
  ],
  build: ([xs, h0, w, u, v, fixed], reverse) => {
    const outer = scan(
      ([h], [x]) => {
        const start = tanh(matmul(h, v));
        const context = tanh(matmul(reduceMean(x, [0]), w));
        const inner = scan(
          ([k], [y, f]) => {
            const next = tanh(add(add(matmul(y, w), matmul(k, u)), add(mul(h, f), context)));
            return { states: [next], outputs: [mul(next, start)] };
          },
          [start],
          [mul(x, 2), fixed],
          { reverse: !reverse },
        );
        return { states: [add(inner.states[0], h)], outputs: [reduceMean(inner.outputs[0], [0]), inner.outputs[0]] };
      },
      [h0],
      [xs],
      { reverse },
    );
    return [...outer.outputs, ...outer.states];
  },
};

/** Two layers, the upper one in the other direction, outputs side by side: what one loop gives is another's sequence. */
export const stackedLoops: Cell = {
  shapes: [
    [T, B, E],
    [B, H],
    [E, H],
    [H, H],
    [B, H],
    [H, H],
    [H, H],
  ],
  build: ([xs, h0, w, u, k0, v, z], reverse) => {
    const lower = scan(([h], [x]) => again(tanh(add(matmul(x, w), matmul(h, u)))), [h0], [xs], { reverse });
    const upper = scan(([k], [y]) => again(tanh(add(matmul(y, v), matmul(k, z)))), [k0], lower.outputs, { reverse: !reverse });
    return [concat([lower.outputs[0], upper.outputs[0]], -1), upper.states[0]];
  },
};

const again = (value: Value): ScanStep => ({ states: [value], outputs: [value] });
