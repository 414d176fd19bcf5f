import type { OutputOf } from "@s2s/runtime/manifest";
import type { FloatType, Graph, Value } from "../ir.ts";
import { type AttentionMemory, attention } from "../layers/attention/index.ts";
import type { CellState } from "../layers/cells/cell.ts";
import { CELLS } from "../layers/cells/index.ts";
import { copyGate, copyMixture } from "../layers/copy.ts";
import { deepOutput } from "../layers/deep-output.ts";
import { dropout, dropoutMask, embeddingDropout } from "../layers/dropout.ts";
import { embeddingTable, readoutDeviation } from "../layers/embedding.ts";
import { addProduct } from "../layers/linear.ts";
import { readout } from "../layers/readout.ts";
import { recurrent } from "../layers/recurrent.ts";
import { swapBatchAndTime } from "../layers/sequence.ts";
import { add } from "../ops/elementwise.ts";
import { gather } from "../ops/index-ops.ts";
import { matmul } from "../ops/matmul.ts";
import { expand, squeeze, unsqueeze } from "../ops/movement.ts";
import type { Scope } from "../scope.ts";
import type { Dim } from "../shape.ts";
import { type SourceWidths, checkDecoderOptions } from "./decoder-options.ts";
import type { Begun, DecoderMemory, DecoderSource, DecoderState, Recurred, Rows, StepState } from "./decoder-state.ts";

/**
 * A decoder of tokens: `embed` -> `recur` -> `rows` -> `logits`. What enters the recurrence beside the token depends on the configuration:
 * - Attention by a product (dot, scaled dot, general) asks with the new h (Luong et al. 2015): o = tanh(h wh + c wc + b) is read out.
 * - Additive attention asks with the top layer's h before the step, and the context enters the step (Bahdanau et al. 2015): o also reads the token.
 * - Context in every step is the encoder's summary, in the step and in o (Cho et al. 2014).
 * - Input feeding lets o of the step before enter the step (Luong et al. 2015, section 3.3).
 *
 * What enters a step has a matrix of its own into the first layer, which is the same as lying beside the token's vector. (Of a cell that
 * normalises its input it is added behind that.)
 *
 * @param scope the decoder's
 * @param sourceTable the source's embedding, of a decoder that shares it
 */
export function tokenDecoder(scope: Scope, config: OutputOf<"tokens">, widths: SourceWidths, sourceTable: Value | null) {
  checkDecoderOptions(config, widths, sourceTable);
  const { hidden, vocabulary, cell, layers, residual, embedding } = config;
  const attends = config.attention !== "none";
  const asksFirst = config.attention === "additive";
  const summarised = config.context === "every-step";

  const table = sourceTable ?? embeddingTable(scope.in("embedding"), vocabulary, embedding, config.tied ? readoutDeviation(embedding) : 1);
  const stack = recurrent(scope.in("layers"), { cell, inputs: embedding, hidden, layers, residual });
  const entrance = (name: string, inputs: number): Value =>
    scope.in(name).parameter("w", [inputs, stack.width], { kind: "uniform", bound: 1 / Math.sqrt(hidden) });
  const look =
    config.attention === "none"
      ? null
      : attention(scope.in("attention"), config.attention, { query: hidden, memory: widths.outputs!, coverage: config.coverage });
  const contextIn = asksFirst ? entrance("context", widths.outputs!) : null;
  const fedIn = config.inputFeeding ? entrance("feed", hidden) : null;
  const summaryIn = summarised ? entrance("summary", widths.summary!) : null;
  const summaryOut = summarised
    ? scope.in("summary").parameter("wo", [widths.summary!, hidden], { kind: "uniform", bound: 1 / Math.sqrt(widths.summary!) })
    : null;
  const deep =
    attends || summarised
      ? deepOutput(scope.in("output"), {
          hidden,
          context: attends ? widths.outputs : null,
          embedding: asksFirst || summarised ? embedding : null,
        })
      : null;
  const gate = config.copy ? copyGate(scope.in("copy"), { hidden, context: widths.outputs!, embedding }) : null;
  const out = readout(scope.in("readout"), hidden, vocabulary, config.tied ? table : null);

  return {
    config,
    stack,
    readout: out,
    /** States of `begin`. */
    stateCount: layers * CELLS[cell].parts.length + Number(config.inputFeeding) + Number(config.coverage),
    /** Whether every step needs what only the step before gives, beyond the layers' own states. */
    feedsBack: asksFirst || config.inputFeeding || config.coverage,

    /** Before the first token. */
    begin({ initial, memory: seen, ids, summary }: DecoderSource): Begun {
      const states: DecoderState[] = Array.from({ length: layers }, (_, layer) =>
        CELLS[cell].parts.map((part, i) => ({ name: `decoder.${layer}.${part}`, shape: [hidden], initial: initial?.[layer][i] ?? null })),
      ).flat();
      if (config.inputFeeding) states.push({ name: "decoder.feed", shape: [hidden], initial: null });
      if (config.coverage) states.push({ name: "decoder.coverage", shape: [seen!.mask.shape[1]], initial: null });
      const memory: Record<string, Value> = {};
      if (look) {
        const { values, keys } = look.memory(swapBatchAndTime(seen!.values), seen!.mask);
        memory.values = values;
        if (keys !== values) memory.keys = keys;
        memory.mask = seen!.mask;
      }
      if (gate) memory.ids = ids!;
      if (summaryIn) memory.input = matmul(summary!, summaryIn);
      if (summaryOut) memory.output = matmul(summary!, summaryOut);
      return { states, memory };
    },

    /** Ids [...] -> [..., E], of which none is dropped. */
    look: (ids: Value): Value => gather(table, ids),
    /** Ids [...] -> [..., E]. */
    embed: (ids: Value): Value => embeddingDropout(scope.in("embedding"), gather(table, ids)),

    /** What a loop over steps reads to drop of embeddings as `embed` does: [T, B, E], or nothing. */
    embeddingMasks(graph: Graph, type: FloatType, steps: Dim, batch: Dim): Value[] {
      const { dropout: all, embeddingDropout: own = all } = scope.options;
      const mask = dropoutMask(scope.in("embedding"), graph, type, [steps, batch, embedding], own);
      return mask ? [mask] : [];
    },

    /** The states of `begin`, in its order, as a step takes them. */
    stateOf(values: readonly Value[]): StepState {
      const { length } = CELLS[cell].parts;
      const [first, second] = values.slice(layers * length);
      return {
        cells: Array.from({ length: layers }, (_, layer) => values.slice(layer * length, (layer + 1) * length)),
        fed: config.inputFeeding ? first : null,
        coverage: config.coverage ? (config.inputFeeding ? second : first) : null,
      };
    },

    /** One step: x [B, E]. */
    recur(
      x: Value,
      { cells, fed, coverage }: StepState,
      memory: DecoderMemory,
      masks: readonly Value[] = [],
    ): Recurred & { readonly state: StepState } {
      const ask = (h: Value) => {
        const found = look!.attend(unsqueeze(h, 1), attended(memory), coverage && unsqueeze(coverage, 1));
        return { context: squeeze(found.context, 1), weights: squeeze(found.weights, 1) };
      };
      const before = asksFirst ? ask(cells.at(-1)![0]) : null;
      const inject = (projected: Value): Value => {
        let all = summaryIn ? add(projected, memory.input) : projected;
        if (fedIn) all = addProduct(fed!, fedIn, all);
        return contextIn ? addProduct(before!.context, contextIn, all) : all;
      };
      const { output: h, states } = stack.step(x, cells, { inject, masks });
      const { context = null, weights = null } = before ?? (look ? ask(h) : {});
      return { h, context, weights, state: { cells: states, fed, coverage: coverage && add(coverage, weights!) } };
    },

    /** All steps at once, of a decoder that feeds nothing back: x [T, B, E]. */
    recurAll(x: Value, cells: readonly CellState[] | null, memory: DecoderMemory): Recurred {
      const { outputs: h } = stack.run(x, cells, null, summaryIn ? (projected) => add(projected, memory.input) : undefined);
      if (!look) return { h, context: null, weights: null };
      const { context, weights } = look.attend(swapBatchAndTime(h), attended(memory), null);
      return { h, context: swapBatchAndTime(context), weights: swapBatchAndTime(weights) };
    },

    /** What is read out of a step, and fed to the next: [..., H]. x [..., E] is the embedded token that it read. */
    output: ({ h, context }: Recurred, x: Value, memory: DecoderMemory): Value => (deep ? deep(h, context ?? memory.output ?? null, x) : h),

    /** What logits are computed from, of `output` [..., H]. */
    rows(output: Value, { h, context, weights }: Recurred, x: Value, memory: DecoderMemory): Rows {
      const features = out.features(dropout(scope.in("readout"), output));
      if (!gate) return [features];
      const lead = h.shape.slice(0, -1);
      return [features, gate(h, context!, x), weights!, expand(memory.ids, [...lead, memory.ids.shape[1]])];
    },

    /** Rows [N, F] -> logits [N, V]; of a decoder that copies, logarithms of probabilities. */
    logits([features, gated, weights, ids]: Rows): Value {
      const logits = out.logits(features);
      return gate ? copyMixture(logits, gated, weights, ids) : logits;
    },
  };
}

export type TokenDecoder = ReturnType<typeof tokenDecoder>;

const attended = ({ values, keys = values, mask }: DecoderMemory): AttentionMemory => ({ values, keys, mask });
