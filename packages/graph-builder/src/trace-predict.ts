import { type FloatType, Graph } from "./ir.ts";
import { headAnswers } from "./models/ensemble.ts";
import { membersOf, type Models } from "./models/members.ts";
import { predictorBorder } from "./models/predictor.ts";
import { prune } from "./prune.ts";
import { Scope, type ScopeOptions } from "./scope.ts";
import type { TracedGraph } from "./trace.ts";

/**
 * predict.onnx of a model or an ensemble, whose parameters are external data: `source`, and `source_lengths` of a sequence, -> `probabilities` [B, C] of a label,
 * [B, S, C] of a label for each step, or `numbers` [B, steps, width], which a recursive forecast feeds back to itself in the graph.
 */
export function tracePredict(
  models: Models,
  type: FloatType = "float32",
  recurrence: ScopeOptions["recurrence"] = "operator",
): TracedGraph {
  const graph = new Graph("predict");
  const inputs = predictorBorder(membersOf(models)[0]).input.declare(graph, { batch: "B", source: "S" }, type);
  const scope = new Scope(graph, { type, parameters: "external", recurrence });
  const { name, value } = headAnswers(scope, models)(inputs);
  graph.output(name, value);
  prune(graph);
  return { graph, parameters: scope.stored };
}
