import type { EncoderConfig } from "@s2s/runtime/manifest";
import type { Value } from "../ir.ts";
import type { CellState } from "../layers/cells/cell.ts";
import { recurrent } from "../layers/recurrent.ts";
import { lastStep, reverseByLength } from "../layers/sequence.ts";
import type { Scope } from "../scope.ts";
import type { Onwards } from "./heads/head.ts";

/** A sequence after the encoder's recurrent layers. */
export interface Encoded {
  /** Of each step, in the source's own order, directions side by side: [S, B, W]. What lies behind a sequence's end has no meaning. */
  readonly outputs: Value;
  /** The last layer's output when it has read the whole source, directions side by side: [B, W]. */
  readonly summary: Value;
  /** Of each layer then, directions side by side: [B, W]. */
  readonly states: readonly CellState[];
  /** [B] int32 */
  readonly lengths: Value;
  /** How to read on behind the source's end: of an encoder that goes forward only. */
  readonly onwards: Onwards | null;
}

/** W: the width of an encoder's outputs and of the vectors of its states. */
export const encoderWidth = ({ hidden, bidirectional }: EncoderConfig): number => hidden * (bidirectional ? 2 : 1);

/**
 * Recurrent layers over a source, whatever its steps are: x [S, B, inputs], lengths [B] int32. A reversed source (Sutskever et al. 2014)
 * is read from its end on, and its outputs come back in its own order. Parameters: layers.<layer>.<parameter>.
 */
export function encoder(scope: Scope, inputs: number, config: EncoderConfig): (x: Value, lengths: Value) => Encoded {
  const { cell, hidden, layers, bidirectional, reverseSource, residual } = config;
  const stack = recurrent(scope.in("layers"), { cell, inputs, hidden, layers, bidirectional, residual });
  const goesOn = !bidirectional && !reverseSource;
  return (x, lengths) => {
    const turn = (sequence: Value): Value => (reverseSource ? reverseByLength(sequence, lengths) : sequence);
    const { outputs, last, states } = stack.run(turn(x), null, lengths);
    const onwards = (): Onwards => ({
      last: lastStep(x, lengths),
      states,
      run: (more, from) => stack.run(more, from, null).outputs,
      step: (more, from) => stack.step(more, from),
    });
    return { outputs: turn(outputs), summary: last, states, lengths, onwards: goesOn ? onwards() : null };
  };
}
