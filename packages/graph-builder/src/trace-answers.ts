import type { ParameterSpec } from "./init.ts";
import type { FloatType, Graph } from "./ir.ts";
import { isHead } from "./models/heads/index.ts";
import { membersOf, type Models } from "./models/members.ts";
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

/** Every graph that a model, or an ensemble, answers with: those of its steps, the whole search of tokens for a source, or the answer at once. */
export function traceAnswers(
  models: Models,
  type: FloatType = "float32",
  recurrence: ScopeOptions["recurrence"] = "operator",
): TracedAnswers {
  const [{ output }] = membersOf(models);
  if (isHead(output)) {
    const { graph, parameters } = tracePredict(models, type, recurrence);
    return { graphs: { predict: graph }, states: [], memory: [], parameters };
  }
  const { encoder, decoder, ...rest } = traceInference(models, type, recurrence);
  const generates = encoder !== null && output.kind === "tokens";
  return {
    graphs: {
      ...(encoder && { encoder }),
      decoder,
      ...(generates && { generate: traceGenerate(models, type, recurrence).graph }),
    },
    ...rest,
  };
}

/** Every tensor of a model or an ensemble: what its checkpoints and bundles hold. */
export const storedTensors = (models: Models): readonly ParameterSpec[] =>
  (isHead(membersOf(models)[0].output) ? tracePredict(models) : traceInference(models)).parameters;
