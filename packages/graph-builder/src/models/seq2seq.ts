import type { ModelConfig } from "@s2s/runtime/manifest";
import type { Value } from "../ir.ts";
import { dropout } from "../layers/dropout.ts";
import { embedding } from "../layers/embedding.ts";
import { linear } from "../layers/linear.ts";
import { type LstmState, lstm } from "../layers/lstm.ts";
import { reverseByLength, swapBatchAndTime } from "../layers/sequence.ts";
import type { Scope } from "../scope.ts";

/**
 * LSTM encoder-decoder (Sutskever et al. 2014; Cho et al. 2014): the decoder starts from the encoder's final state.
 * Encoder and decoder may differ in depth and width: the decoder's top layer starts from the encoder's top layer, and so on downwards
 * (a deeper decoder's lowest layers share the encoder's lowest); where widths differ, a linear bridge is learned.
 */
export function seq2seq(scope: Scope, config: ModelConfig) {
  const { encoder: e, decoder: d } = config;
  const encoderScope = scope.in("encoder");
  const decoderScope = scope.in("decoder");
  const embedSource = embedding(encoderScope.in("embedding"), config.sourceVocabulary, e.embedding);
  const encoder = lstm(encoderScope.in("lstm"), {
    inputs: e.embedding,
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
          return { h: linear(own.in("h"), width, d.hidden), c: linear(own.in("c"), width, d.hidden) };
        });
  const embedTarget = embedding(decoderScope.in("embedding"), config.targetVocabulary, d.embedding);
  const decoder = lstm(decoderScope.in("lstm"), { inputs: d.embedding, hidden: d.hidden, layers: d.layers });
  const output = linear(decoderScope.in("readout"), d.hidden, config.targetVocabulary);

  return {
    /** source [B, S] int32, lengths [B] int32 -> the decoder's initial states, one for each of its layers, [B, H]. */
    encode(source: Value, lengths: Value): LstmState[] {
      const ids = swapBatchAndTime(source);
      const x = embedSource(e.reverseSource ? reverseByLength(ids, lengths) : ids);
      const { states } = encoder.run(dropout(encoderScope, x), null, lengths);
      return Array.from({ length: d.layers }, (_, layer) => {
        const from = states[Math.max(0, layer + e.layers - d.layers)];
        return bridges ? { h: bridges[layer].h(from.h), c: bridges[layer].c(from.c) } : from;
      });
    },
    /** Target ids [T, B] -> [T, B, E]. */
    embed: (ids: Value): Value => dropout(decoderScope.in("embedding"), embedTarget(ids)),
    /** All steps at once, in training: x [T, B, E] -> h of the last layer [T, B, H]. */
    recur: (x: Value, states: readonly LstmState[]): Value => decoder.run(x, states, null).outputs,
    /** One step, in inference: x [B, E] -> the states after it. */
    step(x: Value, states: readonly LstmState[]): LstmState[] {
      let input = x;
      return decoder.cells.map(({ directions: [cell] }, layer) => {
        const next = cell.step(cell.project(input), states[layer]);
        input = next.h;
        return next;
      });
    },
    /** h [..., H] -> logits [..., V]. */
    readout: (h: Value): Value => output(dropout(decoderScope.in("readout"), h)),
  };
}

export type Seq2Seq = ReturnType<typeof seq2seq>;
