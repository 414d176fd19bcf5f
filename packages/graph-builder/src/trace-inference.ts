import type { FloatType } from "./ir.ts";
import { tokenAnswers } from "./models/ensemble.ts";
import { membersOf, type Models } from "./models/members.ts";
import { POINT, strokeDecoder } from "./models/stroke-decoder.ts";
import type { Scope, ScopeOptions } from "./scope.ts";
import { type Stepwise, type TracedInference, traceSteps } from "./trace-steps.ts";

/** `token` [B] int32 -> `logits` [B, V], and `attention` [B, S] where the decoder attends. */
function tokens(scope: Scope, models: Models): Stepwise {
  const net = tokenAnswers(scope, models);
  return {
    ...net,
    declare: (graph) => graph.input("token", "int32", ["B"]),
    step(token, before, memory) {
      const { logits, states, attention } = net.step(token, before, memory);
      return { outputs: { logits, attention }, states };
    },
  };
}

/** `stroke` [B, 3] -> `mixture` [B, 6 M + 3], as `mixture` of the layers has it, and `attention` [B, S] where the decoder attends. */
function strokes(scope: Scope, models: Models): Stepwise {
  const [model, ...others] = membersOf(models);
  if (others.length > 0) throw new Error("drawings cannot be averaged");
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

/** The graphs of a model, or of an ensemble, that answers step by step: tokens, or pen strokes. */
export function traceInference(
  models: Models,
  type: FloatType = "float32",
  recurrence: ScopeOptions["recurrence"] = "operator",
): TracedInference {
  const { kind } = membersOf(models)[0].output;
  if (kind !== "tokens" && kind !== "strokes") throw new Error(`a model that gives ${kind} answers at once, not step by step`);
  return traceSteps((scope) => STEPWISE[kind](scope, models), type, recurrence);
}
