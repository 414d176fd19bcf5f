import type { ModelConfig } from "@s2s/runtime/manifest";
import type { FloatType } from "./ir.ts";
import { stepDecoder } from "./models/decoder-run.ts";
import { seq2seq } from "./models/seq2seq.ts";
import { POINT, strokeDecoder } from "./models/stroke-decoder.ts";
import type { Scope, ScopeOptions } from "./scope.ts";
import { type Stepwise, type TracedInference, traceSteps } from "./trace-steps.ts";

/** `token` [B] int32 -> `logits` [B, V], and `attention` [B, S] where the decoder attends. */
function tokens(scope: Scope, model: ModelConfig): Stepwise {
  const net = seq2seq(scope, model);
  return {
    ...net,
    declare: (graph) => graph.input("token", "int32", ["B"]),
    step(token, before, memory) {
      const { logits, states, attention } = stepDecoder(net.decoder, token, before, memory);
      return { outputs: { logits, attention }, states };
    },
  };
}

/** `stroke` [B, 3] -> `mixture` [B, 6 M + 1], as `mixture` of the layers has it, and `attention` [B, S] where the decoder attends. */
function strokes(scope: Scope, model: ModelConfig): Stepwise {
  const net = strokeDecoder(scope, model);
  return {
    ...net,
    declare: (graph, type) => graph.input("stroke", type, ["B", POINT]),
    step(point, before, memory) {
      const { mixture, attention, states } = net.step(point, before, memory);
      return { outputs: { mixture, attention }, states };
    },
  };
}

const STEPWISE = { tokens, strokes } as const;

/** The graphs of a model that answers step by step: tokens, or pen strokes. */
export function traceInference(
  model: ModelConfig,
  type: FloatType = "float32",
  recurrence: ScopeOptions["recurrence"] = "operator",
): TracedInference {
  const { kind } = model.output;
  if (kind !== "tokens" && kind !== "strokes") throw new Error(`a model that gives ${kind} answers at once, not step by step`);
  return traceSteps((scope) => STEPWISE[kind](scope, model), type, recurrence);
}
