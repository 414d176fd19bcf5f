import type { ModelConfig } from "@s2s/runtime/manifest";
import type { Value } from "../ir.ts";
import { type AttentionMemory, attention } from "../layers/attention/index.ts";
import type { CellState } from "../layers/cells/cell.ts";
import { CELLS } from "../layers/cells/index.ts";
import { deepOutput } from "../layers/deep-output.ts";
import { dropout } from "../layers/dropout.ts";
import { addProduct } from "../layers/linear.ts";
import { mixture } from "../layers/mixture.ts";
import { type Recurrent, recurrent } from "../layers/recurrent.ts";
import { swapBatchAndTime } from "../layers/sequence.ts";
import { filled, squeeze, unsqueeze } from "../ops/movement.ts";
import { scan } from "../scan.ts";
import type { Scope } from "../scope.ts";
import type { Begun, DecoderMemory, DecoderState } from "./decoder-state.ts";
import type { SourceInputs } from "./inputs/input.ts";
import { modelSource } from "./source.ts";

/** Numbers of a point: dx, dy and 1 where the pen is lifted after it. */
export const POINT = 3;

/**
 * A decoder of pen strokes (Graves 2013): recurrent layers over the points drawn so far, a mixture density of the next one. A source, such as
 * the text to be written, enters by the layers' first states; with attention also in every step. What was looked at in the step before enters
 * the first layer, as Graves' window does, so that the layers know how far they have come; what is looked at now enters the output:
 *
 *     o = tanh(h wh + context wc + b)
 *
 * Parameters: decoder.layers.*, decoder.attention.*, decoder.context.w, decoder.output.*, decoder.mixture.*, bridge.*.
 */
export function strokeDecoder(scope: Scope, model: ModelConfig) {
  const { output: config } = model;
  if (config.kind !== "strokes") throw new Error(`a model that gives ${config.kind} draws no strokes`);
  const { cell, hidden, layers, mixtures } = config;
  const source = modelSource(scope, model);
  const handOver = source.bridge(source.summaryWidth === null ? "zero" : "linear", config);
  const own = scope.in("decoder");
  const stack = recurrent(own.in("layers"), { cell, inputs: POINT, hidden, layers });
  const look = config.attention === "none" ? null : strokeAttention(own, config.attention, hidden, stack, source.memoryWidth);
  const density = mixture(own.in("mixture"), hidden, mixtures);
  const { parts } = CELLS[cell];
  const states = (from: readonly Value[]): CellState[] =>
    Array.from({ length: layers }, (_, layer) => from.slice(layer * parts.length, (layer + 1) * parts.length));
  const readout = (h: Value): Value => density(dropout(own.in("mixture"), h));

  return {
    input: source.input,

    /** Before the first point. */
    begin(inputs: SourceInputs): Begun {
      const read = source.read(inputs);
      const initial = handOver(read);
      const begun: DecoderState[] = Array.from({ length: layers }, (_, layer) =>
        parts.map((part, i) => ({ name: `decoder.${layer}.${part}`, shape: [hidden], initial: initial?.[layer][i] ?? null })),
      ).flat();
      if (!look) return { states: begun, memory: {} };
      begun.push({ name: "decoder.context", shape: [source.memoryWidth!], initial: null });
      return { states: begun, memory: look.memory(read.memory!) };
    },

    /** One step: point [B, 3], states in the order of `begin` -> the density of the next point [B, 6 M + 3]. */
    step(point: Value, carried: readonly Value[], memory: DecoderMemory) {
      if (!look) {
        const { output, states: next } = stack.step(point, states(carried));
        return { mixture: readout(output), attention: null, states: next.flat() };
      }
      const { h, attended, states: next } = look.step(point, states(carried), carried.at(-1)!, memory, []);
      const { context, weights } = attended;
      return { mixture: readout(look.output(h, context)), attention: weights, states: [...next.flat(), context] };
    },

    /** All steps at once: points [T, B, 3] -> [T, B, 6 M + 3]. */
    run(points: Value, { states: first, memory }: Begun): Value {
      const [steps, batch] = points.shape;
      const { graph } = points;
      const { type } = scope.options;
      const initial = first.map((state) => state.initial ?? filled(graph, type, [batch, ...state.shape], 0));
      if (!look) return readout(stack.run(points, states(initial), null).outputs);
      const done = scan(
        (carried, [point, ...masks]) => {
          const { h, attended, states: next } = look.step(point, states(carried), carried.at(-1)!, memory, masks);
          return { states: [...next.flat(), attended.context], outputs: [h, attended.context] };
        },
        initial,
        [points, ...stack.masks(graph, type, steps, batch)],
        { name: "strokes" },
      );
      return readout(look.output(done.outputs[0], done.outputs[1]));
    },
  };
}

/** What a decoder of strokes does in each step beside its layers, where it looks at its source. */
function strokeAttention(own: Scope, name: Parameters<typeof attention>[1], hidden: number, stack: Recurrent, width: number | null) {
  if (width === null) throw new Error("attention needs a source of several positions");
  const { memory, attend } = attention(own.in("attention"), name, { query: hidden, memory: width, coverage: false });
  const entrance = own.in("context").parameter("w", [width, stack.width], { kind: "uniform", bound: 1 / Math.sqrt(hidden) });
  const deep = deepOutput(own.in("output"), { hidden, context: width, embedding: null });
  return {
    memory({ values, mask }: { readonly values: Value; readonly mask: Value }): DecoderMemory {
      const made = memory(swapBatchAndTime(values), mask);
      return { values: made.values, ...(made.keys === made.values ? {} : { keys: made.keys }), mask };
    },
    /** `before` [B, W] is what was looked at in the step before. */
    step(
      point: Value,
      states: readonly CellState[],
      before: Value,
      { values, keys = values, mask }: DecoderMemory,
      masks: readonly Value[],
    ) {
      const inject = (projected: Value): Value => addProduct(before, entrance, projected);
      const { output: h, states: next } = stack.step(point, states, { inject, masks });
      const seen: AttentionMemory = { values, keys, mask };
      const { weights, context } = attend(unsqueeze(h, 1), seen, null);
      return { h, attended: { weights: squeeze(weights, 1), context: squeeze(context, 1) }, states: next };
    },
    output: (h: Value, context: Value): Value => deep(h, context, h),
  };
}
