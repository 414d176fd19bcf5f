import type { Cell } from "./cell.ts";
import type { Parameters } from "./parameters.ts";
import { addOuter, addTo, sigmoid, times, timesTransposed } from "./vector.ts";

/**
 * LSTM (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000), gates in ONNX's order i, o, f, g:
 *
 *     z = x wx + h wh + b
 *     i, o, f = sigmoid(z),  g = tanh(z)
 *     c' = f c + i g,  h' = o tanh(c')
 */
export function lstmCell(parameters: Parameters, name: string): Cell {
  const [wx, wh, b] = ["wx", "wh", "b"].map((part) => parameters.get(`${name}.${part}`));
  const hidden = wh.rows;
  return {
    hidden,
    parts: ["h", "c"],
    step(x, [h, c], extra) {
      const z = times(x, wx);
      addTo(z, times(h, wh));
      addTo(z, b.data);
      if (extra) addTo(z, extra);
      const gates = z.map((value, k) => (k < 3 * hidden ? sigmoid(value) : Math.tanh(value)));
      const [i, o, f, g] = [0, 1, 2, 3].map((k) => gates.subarray(k * hidden, (k + 1) * hidden));
      const nextC = c.map((value, j) => f[j] * value + i[j] * g[j]);
      const squashed = nextC.map(Math.tanh);
      return {
        state: [squashed.map((value, j) => o[j] * value), nextC],
        back([dh, dNextC]) {
          const dz = new Float64Array(4 * hidden);
          const dc = new Float64Array(hidden);
          for (let j = 0; j < hidden; j += 1) {
            const d = dNextC[j] + dh[j] * o[j] * (1 - squashed[j] ** 2);
            dc[j] = d * f[j];
            dz[j] = d * g[j] * i[j] * (1 - i[j]);
            dz[hidden + j] = dh[j] * squashed[j] * o[j] * (1 - o[j]);
            dz[2 * hidden + j] = d * c[j] * f[j] * (1 - f[j]);
            dz[3 * hidden + j] = d * i[j] * (1 - g[j] ** 2);
          }
          addOuter(parameters.gradient(`${name}.wx`), x, dz);
          addOuter(parameters.gradient(`${name}.wh`), h, dz);
          addTo(parameters.gradient(`${name}.b`), dz);
          return { dx: timesTransposed(dz, wx), dState: [timesTransposed(dz, wh), dc], dExtra: dz };
        },
      };
    },
  };
}
