import type { Parameters } from "./parameters.ts";
import type { Vector } from "./vector.ts";

/** Numbers of several feature maps [C, places] each, changed together, and from their gradients to those of the maps before. */
export interface MapsComputed {
  readonly ys: readonly Vector[];
  readonly back: (dys: readonly Vector[]) => readonly Vector[];
}

const EPSILON = 1e-5;

/** A number's place: which map, which position in it. */
type Place = readonly [map: number, at: number];

/**
 * y = n gain_c + bias_c with n = (x - mean) / sqrt(variance + 1e-5) over groups of numbers: a map is a group of layer normalisation (Ba et al. 2016),
 * a channel of all maps one of batch normalisation (Ioffe & Szegedy 2015), whose moments are given once training is over.
 */
export function normalize(
  parameters: Parameters,
  name: string,
  kind: "batch" | "layer",
  xs: readonly Vector[],
  training: boolean,
): MapsComputed {
  const [gain, bias] = ["gain", "bias"].map((part) => parameters.get(`${name}.${part}`).data);
  const [channels, size] = [gain.length, xs[0].length];
  const channelOf = (at: number): number => Math.floor(at / (size / channels));
  const groups: Place[][] = Array.from({ length: kind === "batch" ? channels : xs.length }, () => []);
  for (let map = 0; map < xs.length; map += 1)
    for (let at = 0; at < size; at += 1) groups[kind === "batch" ? channelOf(at) : map].push([map, at]);
  const stored = kind === "batch" && !training ? ["mean", "variance"].map((part) => parameters.get(`${name}.${part}`).data) : null;
  const moments = groups.map((group, g) => {
    if (stored) return { mean: stored[0][g], deviation: Math.sqrt(stored[1][g] + EPSILON) };
    const mean = group.reduce((total, [map, at]) => total + xs[map][at], 0) / group.length;
    const variance = group.reduce((total, [map, at]) => total + (xs[map][at] - mean) ** 2, 0) / group.length;
    return { mean, deviation: Math.sqrt(variance + EPSILON) };
  });
  const normal = xs.map((x) => new Float64Array(x.length));
  for (const [g, group] of groups.entries())
    for (const [map, at] of group) normal[map][at] = (xs[map][at] - moments[g].mean) / moments[g].deviation;
  return {
    ys: normal.map((n) => n.map((value, at) => value * gain[channelOf(at)] + bias[channelOf(at)])),
    back(dys) {
      const [dGain, dBias] = ["gain", "bias"].map((part) => parameters.gradient(`${name}.${part}`));
      const dxs = xs.map((x) => new Float64Array(x.length));
      for (const [g, group] of groups.entries()) {
        let [sum, along] = [0, 0];
        for (const [map, at] of group) {
          const c = channelOf(at);
          dGain[c] += dys[map][at] * normal[map][at];
          dBias[c] += dys[map][at];
          sum += dys[map][at] * gain[c];
          along += dys[map][at] * gain[c] * normal[map][at];
        }
        // What a number adds to its group's mean and deviation.
        for (const [map, at] of group) {
          const shared = stored ? 0 : (sum + normal[map][at] * along) / group.length;
          dxs[map][at] = (dys[map][at] * gain[channelOf(at)] - shared) / moments[g].deviation;
        }
      }
      return dxs;
    },
  };
}
