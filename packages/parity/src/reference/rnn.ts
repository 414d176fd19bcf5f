import type { Cell } from "./cell.ts";
import type { Parameters } from "./parameters.ts";
import { addOuter, addTo, times, timesTransposed } from "./vector.ts";

interface Activation {
  readonly f: (z: number) => number;
  /** From f's value to its derivative. */
  readonly slope: (y: number) => number;
}

export const TANH: Activation = { f: Math.tanh, slope: (y) => 1 - y ** 2 };
export const RELU: Activation = { f: (z) => Math.max(0, z), slope: (y) => (y > 0 ? 1 : 0) };

/** The simple recurrent network (Elman 1990): h' = f(x wx + h wh + b). */
export function rnnCell({ f, slope }: Activation, parameters: Parameters, name: string): Cell {
  const [wx, wh, b] = ["wx", "wh", "b"].map((part) => parameters.get(`${name}.${part}`));
  return {
    hidden: wh.rows,
    parts: ["h"],
    step(x, [h], extra) {
      const z = times(x, wx);
      addTo(z, times(h, wh));
      addTo(z, b.data);
      if (extra) addTo(z, extra);
      const next = z.map(f);
      return {
        state: [next],
        back([dNext]) {
          const dz = dNext.map((d, j) => d * slope(next[j]));
          addOuter(parameters.gradient(`${name}.wx`), x, dz);
          addOuter(parameters.gradient(`${name}.wh`), h, dz);
          addTo(parameters.gradient(`${name}.b`), dz);
          return { dx: timesTransposed(dz, wx), dState: [timesTransposed(dz, wh)], dExtra: dz };
        },
      };
    },
  };
}
