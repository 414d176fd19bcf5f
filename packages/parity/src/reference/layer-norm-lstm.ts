import type { Cell } from "./cell.ts";
import type { Parameters } from "./parameters.ts";
import { type Vector, addOuter, addTo, sigmoid, sum, times, timesTransposed } from "./vector.ts";

/** As ONNX keeps it. */
const EPSILON = Math.fround(1e-5);

interface Normalized {
  /** (x - mean) / deviation, scaled. */
  readonly y: Vector;
  readonly back: (dy: Vector) => { readonly dx: Vector; readonly dScale: Vector };
}

/** Layer normalisation (Ba et al. 2016), without its bias. */
function normalize(x: Vector, scale: Vector): Normalized {
  const average = (values: Vector): number => values.reduce((total, value) => total + value, 0) / values.length;
  const mean = average(x);
  const deviation = Math.sqrt(average(x.map((value) => (value - mean) ** 2)) + EPSILON);
  const n = x.map((value) => (value - mean) / deviation);
  return {
    y: n.map((value, j) => value * scale[j]),
    back(dy) {
      const dn = dy.map((d, j) => d * scale[j]);
      const [constant, along] = [average(dn), average(dn.map((d, j) => d * n[j]))];
      return { dx: dn.map((d, j) => (d - constant - n[j] * along) / deviation), dScale: dy.map((d, j) => d * n[j]) };
    },
  };
}

/**
 * LSTM with layer normalisation (Ba et al. 2016), gates in the order i, o, f, g; LN(a; s) = (a - mean(a)) / sqrt(variance(a) + 1e-5) s:
 *
 *     z = LN(x wx; sx) + LN(h wh; sh) + b
 *     i, o, f = sigmoid(z),  g = tanh(z)
 *     c' = f c + i g,  h' = o tanh(LN(c'; sc) + bc)
 */
export function layerNormLstmCell(parameters: Parameters, name: string): Cell {
  const [wx, wh, sx, sh, b, sc, bc] = ["wx", "wh", "sx", "sh", "b", "sc", "bc"].map((part) => parameters.get(`${name}.${part}`));
  const add = (part: string, d: Vector): void => addTo(parameters.gradient(`${name}.${part}`), d);
  const hidden = wh.rows;
  return {
    hidden,
    parts: ["h", "c"],
    step(x, [h, c], extra) {
      const fromX = normalize(times(x, wx), sx.data);
      const fromH = normalize(times(h, wh), sh.data);
      const z = sum(sum(fromX.y, fromH.y), b.data);
      if (extra) addTo(z, extra);
      const gates = z.map((value, k) => (k < 3 * hidden ? sigmoid(value) : Math.tanh(value)));
      const [i, o, f, g] = [0, 1, 2, 3].map((k) => gates.subarray(k * hidden, (k + 1) * hidden));
      const nextC = c.map((value, j) => f[j] * value + i[j] * g[j]);
      const normalC = normalize(nextC, sc.data);
      const squashed = sum(normalC.y, bc.data).map(Math.tanh);
      return {
        state: [squashed.map((value, j) => o[j] * value), nextC],
        back([dh, dNextC]) {
          const dSquashed = dh.map((d, j) => d * o[j] * (1 - squashed[j] ** 2));
          const throughC = normalC.back(dSquashed);
          const dc = sum(dNextC, throughC.dx);
          const dz = new Float64Array(4 * hidden);
          for (let j = 0; j < hidden; j += 1) {
            dz[j] = dc[j] * g[j] * i[j] * (1 - i[j]);
            dz[hidden + j] = dh[j] * squashed[j] * o[j] * (1 - o[j]);
            dz[2 * hidden + j] = dc[j] * c[j] * f[j] * (1 - f[j]);
            dz[3 * hidden + j] = dc[j] * i[j] * (1 - g[j] ** 2);
          }
          const [backX, backH] = [fromX.back(dz), fromH.back(dz)];
          addOuter(parameters.gradient(`${name}.wx`), x, backX.dx);
          addOuter(parameters.gradient(`${name}.wh`), h, backH.dx);
          add("sx", backX.dScale);
          add("sh", backH.dScale);
          add("b", dz);
          add("sc", throughC.dScale);
          add("bc", dSquashed);
          return { dx: timesTransposed(backX.dx, wx), dState: [timesTransposed(backH.dx, wh), dc.map((d, j) => d * f[j])], dExtra: dz };
        },
      };
    },
  };
}
