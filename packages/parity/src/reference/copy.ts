import { affine } from "./linear.ts";
import type { Parameters } from "./parameters.ts";
import { softmax, softmaxBack } from "./softmax.ts";
import { type Vector, scaled, sigmoid } from "./vector.ts";

/** State, context and the embedded token that was read. */
export interface CopyInputs {
  readonly h: Vector;
  readonly c: Vector;
  readonly e: Vector;
}

export interface Copied {
  /** Logarithms of probabilities. */
  readonly logits: Vector;
  readonly back: (dLogits: Vector) => { readonly dLogits: Vector; readonly dWeights: Vector; readonly d: CopyInputs };
}

const LEAST = 1e-30;

/** g = sigmoid(h wh + c wc + e we + b);  log(g softmax(logits) + (1 - g) sum of the weights at each word's places) (See et al. 2017). */
export function copied(parameters: Parameters, { h, c, e }: CopyInputs, logits: Vector, weights: Vector, ids: readonly number[]): Copied {
  const gate = affine(
    parameters,
    [
      [h, "decoder.copy.wh"],
      [c, "decoder.copy.wc"],
      [e, "decoder.copy.we"],
    ],
    "decoder.copy.b",
  );
  const g = sigmoid(gate.y[0]);
  const own = softmax(logits);
  const p = scaled(own, g);
  for (const [i, id] of ids.entries()) p[id] += (1 - g) * weights[i];
  return {
    logits: p.map((value) => Math.log(Math.max(value, LEAST))),
    back(dLogs) {
      const dp = dLogs.map((d, k) => (p[k] > LEAST ? d / p[k] : 0));
      const fromOwn = dp.reduce((total, d, k) => total + d * own[k], 0);
      const fromSource = ids.reduce((total, id, i) => total + dp[id] * weights[i], 0);
      const [dh, dc, de] = gate.back(Float64Array.of((fromOwn - fromSource) * g * (1 - g)));
      return {
        dLogits: softmaxBack(own, scaled(dp, g)),
        dWeights: Float64Array.from(ids, (id) => (1 - g) * dp[id]),
        d: { h: dh, c: dc, e: de },
      };
    },
  };
}
