import type { Cell } from "./cell.ts";
import type { Parameters } from "./parameters.ts";
import { type Vector, addOuter, addTo, concat, sigmoid, sum, times, timesTransposed } from "./vector.ts";

/**
 * GRU (Cho et al. 2014), the reset gate before the product; gates in ONNX's order z, r, n:
 *
 *     z, r = sigmoid(x wx[0..2H] + b[0..2H] + h wh)
 *     n = tanh(x wx[2H..3H] + b[2H..3H] + (r h) wn)
 *     h' = (1 - z) n + z h
 */
export function gruCell(parameters: Parameters, name: string): Cell {
  const [wx, wh, wn, b] = ["wx", "wh", "wn", "b"].map((part) => parameters.get(`${name}.${part}`));
  const hidden = wh.rows;
  return {
    hidden,
    parts: ["h"],
    step(x, [h], extra) {
      const p = sum(times(x, wx), b.data);
      if (extra) addTo(p, extra);
      const gates = sum(p.subarray(0, 2 * hidden), times(h, wh)).map(sigmoid);
      const [z, r] = [gates.subarray(0, hidden), gates.subarray(hidden)];
      const reset = h.map((value, j) => r[j] * value);
      const n = sum(p.subarray(2 * hidden), times(reset, wn)).map(Math.tanh);
      return {
        state: [interpolate(z, n, h)],
        back([dh]) {
          const { dz, dn } = backThroughInterpolation(z, n, h, dh);
          const dReset = timesTransposed(dn, wn);
          const dr = dReset.map((d, j) => d * h[j] * r[j] * (1 - r[j]));
          const dGates = concat(dz, dr);
          const dp = concat(dGates, dn);
          addOuter(parameters.gradient(`${name}.wx`), x, dp);
          addOuter(parameters.gradient(`${name}.wh`), h, dGates);
          addOuter(parameters.gradient(`${name}.wn`), reset, dn);
          addTo(parameters.gradient(`${name}.b`), dp);
          const dBefore = timesTransposed(dGates, wh).map((d, j) => d + dh[j] * z[j] + dReset[j] * r[j]);
          return { dx: timesTransposed(dp, wx), dState: [dBefore], dExtra: dp };
        },
      };
    },
  };
}

/**
 * GRU as cuDNN has it, the reset gate after the product:
 *
 *     z, r = sigmoid(x wx[0..2H] + b[0..2H] + h wh[0..2H])
 *     n = tanh(x wx[2H..3H] + b[2H..3H] + r (h wh[2H..3H] + bn))
 *     h' = (1 - z) n + z h
 */
export function gruResetAfterCell(parameters: Parameters, name: string): Cell {
  const [wx, wh, b, bn] = ["wx", "wh", "b", "bn"].map((part) => parameters.get(`${name}.${part}`));
  const hidden = wh.rows;
  return {
    hidden,
    parts: ["h"],
    step(x, [h], extra) {
      const p = sum(times(x, wx), b.data);
      if (extra) addTo(p, extra);
      const q = times(h, wh);
      const gates = sum(p.subarray(0, 2 * hidden), q.subarray(0, 2 * hidden)).map(sigmoid);
      const [z, r] = [gates.subarray(0, hidden), gates.subarray(hidden)];
      const recalled = sum(q.subarray(2 * hidden), bn.data);
      const n = r.map((value, j) => Math.tanh(p[2 * hidden + j] + value * recalled[j]));
      return {
        state: [interpolate(z, n, h)],
        back([dh]) {
          const { dz, dn } = backThroughInterpolation(z, n, h, dh);
          const dr = dn.map((d, j) => d * recalled[j] * r[j] * (1 - r[j]));
          const dRecalled = dn.map((d, j) => d * r[j]);
          const dGates = concat(dz, dr);
          const [dp, dq] = [concat(dGates, dn), concat(dGates, dRecalled)];
          addOuter(parameters.gradient(`${name}.wx`), x, dp);
          addOuter(parameters.gradient(`${name}.wh`), h, dq);
          addTo(parameters.gradient(`${name}.b`), dp);
          addTo(parameters.gradient(`${name}.bn`), dRecalled);
          const dBefore = timesTransposed(dq, wh).map((d, j) => d + dh[j] * z[j]);
          return { dx: timesTransposed(dp, wx), dState: [dBefore], dExtra: dp };
        },
      };
    },
  };
}

const interpolate = (z: Vector, n: Vector, h: Vector): Vector => n.map((value, j) => (1 - z[j]) * value + z[j] * h[j]);

/** From the gradient of h' to those of what goes into the update gate's sigmoid and the candidate's tanh. */
const backThroughInterpolation = (z: Vector, n: Vector, h: Vector, dh: Vector): { readonly dz: Vector; readonly dn: Vector } => ({
  dz: dh.map((d, j) => d * (h[j] - n[j]) * z[j] * (1 - z[j])),
  dn: dh.map((d, j) => d * (1 - z[j]) * (1 - n[j] ** 2)),
});
