import type { BridgeName, InputConfig, ModelConfig } from "@s2s/runtime/manifest";
import type { Value } from "../ir.ts";
import type { CellState } from "../layers/cells/cell.ts";
import { CELLS } from "../layers/cells/index.ts";
import { realSteps, swapBatchAndTime } from "../layers/sequence.ts";
import { filled, unsqueeze } from "../ops/movement.ts";
import type { Scope } from "../scope.ts";
import { type BridgeFrom, type BridgeSource, type BridgeTo, bridge } from "./bridge.ts";
import { type Encoded, encoder, encoderWidth } from "./encoder.ts";
import { modelInput } from "./inputs/index.ts";
import type { Features, SourceInputs } from "./inputs/input.ts";

/** What a model makes of its source, for whatever gives its output. */
export interface Source {
  /** The whole source in one vector: [B, W]; null without a source. */
  readonly summary: Value | null;
  /** Of a source that is a sequence. */
  readonly steps: Encoded | null;
  /** What can be attended to: values [S, B, W], and [B, S] with 1 at what a source has and 0 at its padding. */
  readonly memory: { readonly values: Value; readonly mask: Value } | null;
  /** Ids of the source's tokens [B, S] int32. */
  readonly ids: Value | null;
  /** What a decoder can begin with; null without a source. */
  readonly start: BridgeSource | null;
}

const NOTHING: Source = { summary: null, steps: null, memory: null, ids: null, start: null };

/**
 * The layers between a model's inputs and its output: the input's own, and an encoder over its steps. Makes their parameters, in the scopes
 * `encoder` and `bridge`.
 */
export function modelSource(scope: Scope, { input: config, encoder: recurrence, output }: ModelConfig) {
  const input = modelInput(config);
  const own = scope.in("encoder");
  const read = input.make(own, { readOut: output.kind === "tokens" && output.shared && output.tied });
  const encode = recurrence && encoder(own, input.width, recurrence);
  const width = recurrence ? encoderWidth(recurrence) : input.width;
  const outputs = recurrence ? width : (input.partWidth ?? width);
  const from: BridgeFrom = recurrence
    ? { layers: recurrence.layers, parts: CELLS[recurrence.cell].parts, state: width, outputs }
    : { layers: 1, parts: ["h"], state: width, outputs };
  return {
    input,
    /** W of the summary; null without a source. */
    summaryWidth: config.kind === "none" ? null : width,
    /** W of what can be attended to; null where there is nothing. */
    memoryWidth: recurrence || input.partWidth !== null ? outputs : null,
    read: (inputs: SourceInputs): Source => sourceOf(read(inputs), encode, inputs, config.kind),
    /** How a decoder begins: see `bridge`. */
    bridge(name: BridgeName, to: BridgeTo): (source: Source) => readonly CellState[] | null {
      if (config.kind === "none" && name !== "zero") throw new Error(`bridge "${name}" without a source: there is nothing to hand over`);
      const hand = bridge(scope.in("bridge"), name, from, to);
      return ({ start }) => start && hand(start);
    },
  };
}

function sourceOf(
  features: Features,
  encode: ReturnType<typeof encoder> | null,
  { source }: SourceInputs,
  kind: InputConfig["kind"],
): Source {
  if (features.kind === "sequence") {
    if (!encode) throw new Error(`a source of ${kind} needs an encoder`);
    const steps = encode(features.x, features.lengths);
    const { outputs, summary, states, lengths } = steps;
    return {
      summary,
      steps,
      memory: { values: outputs, mask: swapBatchAndTime(realSteps(outputs, lengths)) },
      ids: kind === "tokens" ? source : null,
      start: { states, outputs, lengths },
    };
  }
  if (encode) throw new Error(`a source of kind ${kind} has no steps for an encoder`);
  if (features.kind === "none") return NOTHING;
  const { x, map } = features;
  return {
    ...NOTHING,
    summary: x,
    memory: map && { values: map, mask: filled(x.graph, x.type, [x.shape[0], map.shape[0]], 1) },
    start: { states: [[x]], outputs: map ?? unsqueeze(x, 0), lengths: null },
  };
}
