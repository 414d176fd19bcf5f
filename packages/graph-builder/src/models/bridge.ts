import type { BridgeName, CellName } from "@s2s/runtime/manifest";
import type { Value } from "../ir.ts";
import type { CellState } from "../layers/cells/cell.ts";
import { CELLS } from "../layers/cells/index.ts";
import { linear } from "../layers/linear.ts";
import { meanStep } from "../layers/sequence.ts";
import { tanh } from "../ops/elementwise.ts";
import { reduceMean } from "../ops/reduce.ts";
import type { Scope } from "../scope.ts";

/** What a decoder can begin with. A source without steps, such as the features of an image, is a layer whose only part is h. */
export interface BridgeSource {
  /** By layer: [B, W] each. */
  readonly states: readonly CellState[];
  /** What "mean" is the mean of: [S, B, M], with lengths [B] where they differ. */
  readonly outputs: Value;
  readonly lengths: Value | null;
}

export interface BridgeFrom {
  readonly layers: number;
  /** Names of the parts of a layer's state. */
  readonly parts: readonly string[];
  /** W */
  readonly state: number;
  /** M */
  readonly outputs: number;
}

export interface BridgeTo {
  readonly cell: CellName;
  readonly layers: number;
  readonly hidden: number;
}

/**
 * How a source becomes the first states [B, H] of a decoder's layers; null where none is handed over, and the decoder begins with zeros.
 *
 * - copy: the source's states as they are, of one width with the decoder's.
 * - linear: s = e w + b;  tanh: s = tanh(e w + b), e a part of the source's state.
 * - mean: s = tanh(m w + b), m the mean of the source's outputs (Sennrich et al. 2017, Nematus).
 * - zero: nothing.
 *
 * The top layers meet, and so on downwards; a deeper decoder's lowest layers share the source's lowest. Parts meet by name: what the
 * decoder's cell does not have is dropped, and for what the source does not have (c after a GRU) its h stands in.
 * Parameters: <layer>.<part>.w, <layer>.<part>.b.
 *
 * @throws Error where "copy" meets two widths
 */
export function bridge(
  scope: Scope,
  name: BridgeName,
  from: BridgeFrom,
  { cell, layers, hidden }: BridgeTo,
): (source: BridgeSource) => readonly CellState[] | null {
  if (name === "zero") return () => null;
  if (name === "copy" && from.state !== hidden)
    throw new Error(`bridge "copy" between states of width ${from.state} and ${hidden}: the widths must be equal`);
  const learned = (layer: number, part: string, inputs: number): ((x: Value) => Value) => {
    const project = linear(scope.in(layer).in(part), inputs, hidden);
    return name === "linear" ? project : (x) => tanh(project(x));
  };
  const made = Array.from({ length: layers }, (_, layer) =>
    CELLS[cell].parts.map((part) => ({
      at: Math.max(0, from.parts.indexOf(part)),
      apply: name === "copy" ? (x: Value) => x : learned(layer, part, name === "mean" ? from.outputs : from.state),
    })),
  );
  return ({ states, outputs, lengths }) => {
    const mean = name === "mean" ? (lengths ? meanStep(outputs, lengths) : reduceMean(outputs, [0])) : null;
    return made.map((parts, layer) => {
      const state = states[Math.max(0, layer + from.layers - layers)];
      return parts.map(({ at, apply }) => apply(mean ?? state[at]));
    });
  };
}
