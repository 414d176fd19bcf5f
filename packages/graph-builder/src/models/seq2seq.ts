import { isSeq2Seq, type ModelConfig } from "@s2s/runtime/manifest";
import type { Value } from "../ir.ts";
import { dropout } from "../layers/dropout.ts";
import { embedding } from "../layers/embedding.ts";
import { linear } from "../layers/linear.ts";
import type { CellState } from "../layers/cells/cell.ts";
import { CELLS } from "../layers/cells/index.ts";
import { recurrent } from "../layers/recurrent.ts";
import { reverseByLength, swapBatchAndTime } from "../layers/sequence.ts";
import type { Scope } from "../scope.ts";

/**
 * LSTM encoder-decoder (Sutskever et al. 2014; Cho et al. 2014): the decoder starts from the encoder's final state.
 * Encoder and decoder may differ in depth and width: the decoder's top layer starts from the encoder's top layer, and so on downwards
 * (a deeper decoder's lowest layers share the encoder's lowest); where widths differ, a linear bridge is learned.
 */
export function seq2seq(scope: Scope, config: ModelConfig) {
  if (!isSeq2Seq(config)) throw new Error(`a model from ${config.input.kind} to ${config.output.kind} is no encoder-decoder of tokens`);
  const { input, encoder: e, output: d } = config;
  const encoderScope = scope.in("encoder");
  const decoderScope = scope.in("decoder");
  const embedSource = embedding(encoderScope.in("embedding"), input.vocabulary, input.embedding);
  const encoder = recurrent(encoderScope.in("layers"), {
    cell: "lstm",
    inputs: input.embedding,
    hidden: e.hidden,
    layers: e.layers,
    bidirectional: e.bidirectional,
  });
  const width = e.hidden * (e.bidirectional ? 2 : 1);
  const bridges =
    width === d.hidden
      ? null
      : Array.from({ length: d.layers }, (_, layer) => {
          const own = scope.in("bridge").in(layer);
          return CELLS.lstm.parts.map((part) => linear(own.in(part), width, d.hidden));
        });
  const embedTarget = embedding(decoderScope.in("embedding"), d.vocabulary, d.embedding);
  const decoder = recurrent(decoderScope.in("layers"), { cell: "lstm", inputs: d.embedding, hidden: d.hidden, layers: d.layers });
  const output = linear(decoderScope.in("readout"), d.hidden, d.vocabulary);

  return {
    config,
    /** source [B, S] int32, lengths [B] int32 -> the decoder's initial states, one for each of its layers, [B, H]. */
    encode(source: Value, lengths: Value): CellState[] {
      const ids = swapBatchAndTime(source);
      const x = embedSource(e.reverseSource ? reverseByLength(ids, lengths) : ids);
      const { states } = encoder.run(dropout(encoderScope, x), null, lengths);
      return Array.from({ length: d.layers }, (_, layer) => {
        const from = states[Math.max(0, layer + e.layers - d.layers)];
        return bridges ? from.map((part, i) => bridges[layer][i](part)) : from;
      });
    },
    /** Target ids [T, B] -> [T, B, E]. */
    embed: (ids: Value): Value => dropout(decoderScope.in("embedding"), embedTarget(ids)),
    /** All steps at once, in training: x [T, B, E] -> h of the last layer [T, B, H]. */
    recur: (x: Value, states: readonly CellState[]): Value => decoder.run(x, states, null).outputs,
    /** One step, in inference: x [B, E] -> h of the last layer and the states after it. */
    step: (x: Value, states: readonly CellState[]) => decoder.step(x, states),
    /** h [..., H] -> logits [..., V]. */
    readout: (h: Value): Value => output(dropout(decoderScope.in("readout"), h)),
  };
}

export type Seq2Seq = ReturnType<typeof seq2seq>;
