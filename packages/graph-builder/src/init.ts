import { product } from "./shape.ts";

/** How a parameter starts. A bound or deviation is in the parameter's own units. */
export type Initializer =
  | { readonly kind: "zeros" }
  | { readonly kind: "ones" }
  | { readonly kind: "uniform"; readonly bound: number }
  | { readonly kind: "normal"; readonly deviation: number };

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly init: Initializer;
}

/** The same parameter, drawn from another distribution; what starts with zeros or ones, such as a normalisation's scale, goes on doing so. */
export const drawnFrom = (spec: ParameterSpec, init: Extract<Initializer, { readonly kind: "uniform" | "normal" }>): ParameterSpec =>
  spec.init.kind === "zeros" || spec.init.kind === "ones" ? spec : { ...spec, init };

/** Murmur3's 32-bit finaliser (Appleby 2011): every input bit changes every output bit with probability one half. */
function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const GOLDEN = 0x9e3779b9;

/** In (0, 1): a function of its arguments alone. */
const uniform = (key: number, index: number): number => (mix(mix(index + GOLDEN) ^ key) + 0.5) / 2 ** 32;

/**
 * A parameter's first numbers, or those from position `from` up to `to`: a function of (seed, name, position), so that no parameter depends on the
 * order of creation, and one of any size can be made piece by piece.
 */
export function initialize(
  { name, shape, init }: ParameterSpec,
  seed: number,
  from = 0,
  to = product(shape) as number,
): Float32Array<ArrayBuffer> {
  const data = new Float32Array(to - from);
  if (init.kind === "ones") data.fill(1);
  if (init.kind === "zeros" || init.kind === "ones") return data;
  let key = mix(seed ^ GOLDEN);
  for (const character of name) key = mix(key ^ character.codePointAt(0)!);
  if (init.kind === "uniform") {
    for (let i = from; i < to; i++) data[i - from] = (2 * uniform(key, i) - 1) * init.bound;
  } else {
    // Box and Muller 1958.
    for (let i = from; i < to; i++)
      data[i - from] = Math.sqrt(-2 * Math.log(uniform(key, 2 * i))) * Math.cos(2 * Math.PI * uniform(key, 2 * i + 1)) * init.deviation;
  }
  return data;
}
