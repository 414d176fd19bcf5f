import {
  type Value,
  add,
  concat,
  gemm,
  matmul,
  mul,
  reshape,
  scan,
  sigmoid,
  slice,
  softmax,
  split,
  sub,
  tanh,
  transpose,
  unsqueeze,
  squeeze,
} from "@s2s/graph-builder";
import { describe, it } from "vitest";
import { checkGradient } from "../support/check-gradient.ts";

const lstmStep =
  (wh: Value, hidden: number) =>
  ([h, c]: Value[], [x]: Value[]) => {
    const z = gemm(h, wh, x);
    const [iof, g] = split(z, [3 * hidden, hidden], -1);
    const [i, o, f] = split(sigmoid(iof), [hidden, hidden, hidden], -1);
    const cell = add(mul(f, c), mul(i, tanh(g)));
    const next = mul(o, tanh(cell));
    return { states: [next, cell], outputs: [next] };
  };

describe("gradients of scan", () => {
  const [T, B, E, H] = [5, 2, 3, 4];
  for (const reverse of [false, true]) {
    it(`LSTM step, projection inside the loop${reverse ? ", reversed" : ""}`, async () => {
      await checkGradient({
        shapes: [[T, B, E], [B, H], [B, H], [E, 4 * H], [H, 4 * H], [4 * H]],
        build: ([xs, h0, c0, wx, wh, b]) => {
          const step = lstmStep(wh, H);
          const result = scan((states, [x]) => step(states, [add(matmul(x, wx), b)]), [h0, c0], [xs], { reverse });
          return [result.outputs[0], result.states[1]];
        },
      });
    });
  }

  it("a GRU cell as a user would write it, biases captured", async () => {
    await checkGradient({
      shapes: [[T, B, E], [B, H], [E, 3 * H], [H, 3 * H], [3 * H], [3 * H]],
      build: ([xs, h0, wx, wh, bx, bh]) => {
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
        );
        return [result.outputs[0], result.states[0]];
      },
    });
  });

  it("an attention decoder with input feeding as a user would write it", async () => {
    const [S, D] = [6, 7];
    await checkGradient({
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
      build: ([xs, h0, c0, feed0, memory, wx, wf, wh, wq, wa, wc]) => {
        const step = lstmStep(wh, H);
        const result = scan(
          ([h, c, feed], [x]) => {
            const lstm = step([h, c], [add(matmul(x, wx), matmul(feed, wf))]);
            const query = unsqueeze(matmul(lstm.states[0], wq), 1);
            const weights = softmax(matmul(query, transpose(memory)), -1);
            const context = squeeze(matmul(weights, memory), 1);
            const attended = tanh(add(matmul(context, wc), matmul(lstm.states[0], wa)));
            return { states: [...lstm.states, attended], outputs: [attended, weights] };
          },
          [h0, c0, feed0],
          [xs],
        );
        return [result.outputs[0], reshape(result.outputs[1], [T, B, S]), result.states[1]];
      },
    });
  });

  it("a scan whose element is sliced and whose initial state alone is differentiated", async () => {
    await checkGradient({
      shapes: [
        [B, H],
        [H, H],
      ],
      others: { xs: { type: "float64", shape: [T, B, 2 * H], data: Float64Array.from({ length: T * B * 2 * H }, (_, i) => Math.sin(i)) } },
      build: ([h0, w], { xs }) => {
        const result = scan(
          ([h], [x]) => ({ states: [tanh(add(matmul(h, w), slice(x, -1, 0, H)))], outputs: [concat([h, h], -1)] }),
          [h0],
          [xs],
        );
        return [result.states[0], result.outputs[0]];
      },
    });
  });
});
