import type { ModelConfig } from "@s2s/runtime/manifest";
import type { ParameterSpec } from "./init.ts";
import type { FloatType, Graph } from "./ir.ts";
import { isHead } from "./models/heads/index.ts";
import type { ScopeOptions } from "./scope.ts";
import { traceGenerate } from "./trace-generate.ts";
import { traceInference } from "./trace-inference.ts";
import { tracePredict } from "./trace-predict.ts";
import type { StateNames } from "./trace-steps.ts";

/** The graphs with which a model answers, by their names in a manifest. */
export interface AnswerGraphs {
  readonly encoder?: Graph;
  readonly decoder?: Graph;
  readonly generate?: Graph;
  readonly predict?: Graph;
}

export interface TracedAnswers {
  readonly graphs: AnswerGraphs;
  /** Of a model that answers step by step. */
  readonly states: readonly StateNames[];
  readonly memory: readonly string[];
  /** Everything that is stored: what was trained, and statistics. */
  readonly parameters: readonly ParameterSpec[];
}

/** Every graph that a model answers with: those of its steps, the whole search of tokens for a source, or the answer at once. */
export function traceAnswers(
  model: ModelConfig,
  type: FloatType = "float32",
  recurrence: ScopeOptions["recurrence"] = "operator",
): TracedAnswers {
  if (isHead(model.output)) {
    const { graph, parameters } = tracePredict(model, type, recurrence);
    return { graphs: { predict: graph }, states: [], memory: [], parameters };
  }
  const { encoder, decoder, ...rest } = traceInference(model, type, recurrence);
  const generates = encoder !== null && model.output.kind === "tokens";
  return {
    graphs: {
      ...(encoder && { encoder }),
      decoder,
      ...(generates && { generate: traceGenerate(model, type, recurrence).graph }),
    },
    ...rest,
  };
}

/** Every tensor of a model: what its checkpoints and bundles hold. */
export const storedTensors = (model: ModelConfig): readonly ParameterSpec[] =>
  (isHead(model.output) ? tracePredict(model) : traceInference(model)).parameters;
