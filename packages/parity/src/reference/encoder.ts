import type { EncoderConfig } from "@s2s/runtime/manifest";
import type { Cell, State } from "./cell.ts";
import { REFERENCE_CELLS } from "./cells.ts";
import type { Parameters } from "./parameters.ts";
import { type Layer, runStack } from "./stack.ts";
import { type Vector, addTo, concat, sum } from "./vector.ts";

/** What a decoder or a head is given of one source. */
export interface EncodedSource {
  /** At every step, in the source's own order; of an image at every place. */
  readonly outputs: readonly Vector[];
  /** What the layers have said when they have read all of it, in each direction; of a source without steps its vector. */
  readonly summary: Vector;
  /** The layers' last states; a source without steps is a layer whose only part is h. */
  readonly finals: readonly State[];
  /** Names of the parts of a layer's state. */
  readonly parts: readonly string[];
  readonly back: (
    dOutputs: readonly Vector[],
    dSummary: Vector,
    dFinals: readonly State[],
  ) => { readonly dxs: readonly Vector[]; readonly dParts: readonly Vector[] };
}

/** The recurrent layers between an input and an output, or none. */
export class SourceEncoder {
  readonly #config: EncoderConfig | null;
  readonly #layers: readonly Layer[];

  constructor(parameters: Parameters, config: EncoderConfig | null) {
    this.#config = config;
    this.#layers = Array.from({ length: config?.layers ?? 0 }, (_, layer): Layer => {
      const make = (name: string): Cell => REFERENCE_CELLS[config!.cell](parameters, name);
      const forward = make(`encoder.layers.${layer}`);
      return config!.bidirectional ? [forward, make(`encoder.layers.${layer}.backward`)] : [forward];
    });
  }

  /** @param xs what was read at each step, or at once @param places of an image */
  encode(xs: readonly Vector[], places: readonly Vector[] | null): EncodedSource {
    if (!this.#config) return atOnce(xs[0], places);
    const { hidden, residual, reverseSource } = this.#config;
    // Positions are the source's own, in whichever order they are read.
    const turn = <T>(steps: readonly T[]): readonly T[] => (reverseSource ? steps.toReversed() : steps);
    const { outputs, finals, back } = runStack(this.#layers, turn(xs), residual);
    return {
      outputs: turn(outputs),
      summary: concat(outputs.at(-1)!.slice(0, hidden), outputs[0].slice(hidden)),
      finals,
      parts: this.#layers[0][0].parts,
      back(dOutputs, dSummary, dFinals) {
        const d = turn(dOutputs);
        addTo(d.at(-1)!, dSummary.subarray(0, hidden));
        addTo(d[0], dSummary.subarray(hidden), hidden);
        return { dxs: turn(back(d, dFinals)), dParts: [] };
      },
    };
  }
}

const atOnce = (x: Vector, places: readonly Vector[] | null): EncodedSource => ({
  outputs: places ?? [x],
  summary: x,
  finals: [[x]],
  parts: ["h"],
  back(dOutputs, dSummary, [[dFinal]]) {
    const dx = sum(dSummary, dFinal);
    return places ? { dxs: [dx], dParts: dOutputs } : { dxs: [sum(dx, dOutputs[0])], dParts: [] };
  },
});
