import type { BridgeName } from "@s2s/runtime/manifest";
import { type Cell, type State, zeroState } from "./cell.ts";
import { type Computed, linear } from "./linear.ts";
import type { Parameters } from "./parameters.ts";
import type { StackRun } from "./stack.ts";
import { type Vector, addTo } from "./vector.ts";

export interface HandedOver {
  /** The decoder's first states. */
  readonly states: readonly State[];
  /** From the gradients of these to those of the encoder's final states and outputs. */
  readonly back: (dStates: readonly State[]) => { readonly dFinals: readonly State[]; readonly dOutputs: readonly Vector[] };
}

/** A part of the first state, from a part of the encoder's last state, or from the mean of the encoder's outputs. */
const BRIDGES: Readonly<Record<Exclude<BridgeName, "zero">, (parameters: Parameters, name: string, from: Vector) => Computed>> = {
  copy: (_parameters, _name, from) => ({ y: from, back: (dy) => dy }),
  linear,
  tanh: squashed,
  mean: squashed,
};

/** y = tanh(x W + b). */
function squashed(parameters: Parameters, name: string, x: Vector): Computed {
  const z = linear(parameters, name, x);
  const y = z.y.map(Math.tanh);
  return { y, back: (dy) => z.back(dy.map((d, j) => d * (1 - y[j] ** 2))) };
}

/**
 * The decoder's first states. The top layers meet; a deeper decoder's lowest layers share the encoder's lowest. A part that the encoder's
 * cells do not have is made from their first, h.
 */
export function handOver(
  parameters: Parameters,
  name: BridgeName,
  { outputs, finals }: Pick<StackRun, "outputs" | "finals">,
  encoderParts: readonly string[],
  decoder: readonly Cell[],
): HandedOver {
  const zeros = () => ({
    dFinals: finals.map((parts) => parts.map(({ length }) => new Float64Array(length))),
    dOutputs: outputs.map(({ length }) => new Float64Array(length)),
  });
  if (name === "zero") return { states: decoder.map(zeroState), back: zeros };
  const mean = outputs[0].map((_, j) => outputs.reduce((total, output) => total + output[j], 0) / outputs.length);
  const made = decoder.map(({ parts }, layer) =>
    parts.map((part, i) => {
      const from = Math.max(0, layer + finals.length - decoder.length);
      const at = Math.max(0, encoderParts.indexOf(part));
      return { from, at, i, layer, ...BRIDGES[name](parameters, `bridge.${layer}.${part}`, name === "mean" ? mean : finals[from][at]) };
    }),
  );
  return {
    states: made.map((parts) => parts.map(({ y }) => y)),
    back(dStates) {
      const { dFinals, dOutputs } = zeros();
      for (const { from, at, i, layer, back } of made.flat()) {
        const d = back(dStates[layer][i]);
        if (name !== "mean") addTo(dFinals[from][at], d);
        else {
          const share = d.map((value) => value / outputs.length);
          for (const dOutput of dOutputs) addTo(dOutput, share);
        }
      }
      return { dFinals, dOutputs };
    },
  };
}
