import type { InputOf } from "@s2s/runtime/manifest";
import { linear } from "./linear.ts";
import { type MapsComputed, normalize } from "./normalize.ts";
import type { Parameters } from "./parameters.ts";
import type { Vector } from "./vector.ts";

type Shape = Omit<InputOf<"image">, "kind">;

interface Size {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** y[o, i, j] = b[o] + sum of w[o, c, k, l] x[c, i + k - before, j + l - before] over c, k and l, zeros around. */
function convolve(
  parameters: Parameters,
  name: string,
  xs: readonly Vector[],
  size: Size,
  outputs: number,
  kernel: number,
  biased: boolean,
): MapsComputed {
  const { channels, height, width } = size;
  const before = Math.floor((kernel - 1) / 2);
  const w = parameters.get(`${name}.w`).data;
  const b = biased ? parameters.get(`${name}.b`).data : null;
  /** Every pair of a number of y and one of x, with the weight between them. */
  const each = (visit: (y: number, x: number, weight: number) => void): void => {
    for (let o = 0; o < outputs; o += 1)
      for (let i = 0; i < height; i += 1)
        for (let j = 0; j < width; j += 1)
          for (let c = 0; c < channels; c += 1)
            for (let k = 0; k < kernel; k += 1)
              for (let l = 0; l < kernel; l += 1) {
                const [row, column] = [i + k - before, j + l - before];
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                visit((o * height + i) * width + j, (c * height + row) * width + column, ((o * channels + c) * kernel + k) * kernel + l);
              }
  };
  const area = height * width;
  const ys = xs.map((x) => {
    const y = new Float64Array(outputs * area);
    if (b) for (let at = 0; at < y.length; at += 1) y[at] = b[Math.floor(at / area)];
    each((to, from, weight) => (y[to] += w[weight] * x[from]));
    return y;
  });
  return {
    ys,
    back: (dys) =>
      xs.map((x, n) => {
        const dx = new Float64Array(x.length);
        const dw = parameters.gradient(`${name}.w`);
        each((to, from, weight) => {
          dx[from] += w[weight] * dys[n][to];
          dw[weight] += x[from] * dys[n][to];
        });
        if (b) for (const [at, d] of dys[n].entries()) parameters.gradient(`${name}.b`)[Math.floor(at / area)] += d;
        return dx;
      }),
  };
}

/** relu, then the largest of each 2 x 2; a last row or column that is left over is dropped. */
function reluAndPool(xs: readonly Vector[], { channels, height, width }: Size): MapsComputed {
  const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
  const largest = xs.map((x) =>
    Array.from({ length: channels * rows * columns }, (_, at) => {
      const [c, i, j] = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns];
      const corner = (c * height + 2 * i) * width + 2 * j;
      return [corner, corner + 1, corner + width, corner + width + 1].reduce((best, other) => (x[other] > x[best] ? other : best));
    }),
  );
  return {
    ys: xs.map((x, n) => Float64Array.from(largest[n], (from) => Math.max(0, x[from]))),
    back: (dys) =>
      xs.map((x, n) => {
        const dx = new Float64Array(x.length);
        for (const [at, from] of largest[n].entries()) if (x[from] > 0) dx[from] += dys[n][at];
        return dx;
      }),
  };
}

export interface ImagesRead {
  /** Of each image the last map [C, h, w] and the features. */
  readonly maps: readonly Vector[];
  readonly features: readonly Vector[];
  /** From the gradients of both; weights' gradients are added up. */
  readonly back: (dFeatures: readonly Vector[], dMaps: readonly Vector[] | null) => void;
}

/** The convolutional network over all images of a batch, which batch normalisation looks at together in training. */
export function cnn(parameters: Parameters, name: string, shape: Shape, images: readonly Vector[], training: boolean): ImagesRead {
  let maps = images;
  let { channels, height, width } = shape;
  const layers: MapsComputed[] = [];
  const add = (layer: MapsComputed): void => {
    layers.push(layer);
    maps = layer.ys;
  };
  for (const [block, outputs] of shape.filters.entries()) {
    const own = `${name}.${block}`;
    add(convolve(parameters, own, maps, { channels, height, width }, outputs, shape.kernel, shape.normalization === "none"));
    channels = outputs;
    if (shape.normalization !== "none") add(normalize(parameters, `${own}.norm`, shape.normalization, maps, training));
    add(reluAndPool(maps, { channels, height, width }));
    [height, width] = [Math.floor(height / 2), Math.floor(width / 2)];
  }
  const summaries = maps.map((map) => linear(parameters, `${name}.features`, map));
  return {
    maps,
    features: summaries.map(({ y }) => y),
    back(dFeatures, dMaps) {
      const ds = summaries.map(({ back }, n) => {
        const d = back(dFeatures[n]);
        return dMaps ? d.map((value, at) => value + dMaps[n][at]) : d;
      });
      layers.reduceRight<readonly Vector[]>((d, { back }) => back(d), ds);
    },
  };
}
