import { cond } from "./cond.ts";
import { type FloatType, Graph } from "./ir.ts";
import { tokenAnswers } from "./models/ensemble.ts";
import type { Models } from "./models/members.ts";
import { cast, equal, sub, where } from "./ops/elementwise.ts";
import { filled, reshape } from "./ops/movement.ts";
import { prune } from "./prune.ts";
import { Scope, type ScopeOptions } from "./scope.ts";
import { beamSearch } from "./search/beam.ts";
import type { Hypotheses, SearchDecoder } from "./search/decoder.ts";
import { greedySearch } from "./search/greedy.ts";
import type { TracedGraph } from "./trace.ts";

/**
 * generate.onnx: the whole generation by a model or an ensemble in one graph, whose parameters are external data: `source` [B, S], `source_lengths` [B],
 * `max_length`, `beams` (both at least 1) and `length_penalty` (not negative) -> `ids` [B, K, T], `lengths` and `scores` [B, K], best
 * first. See the contracts in docs/design.md. Where there are fewer than K hypotheses, the others have score -Infinity and no tokens.
 */
export function traceGenerate(
  models: Models,
  type: FloatType = "float32",
  recurrence: ScopeOptions["recurrence"] = "operator",
): TracedGraph {
  const graph = new Graph("generate");
  const scope = new Scope(graph, { type, parameters: "external", recurrence });
  const net = tokenAnswers(scope, models);
  const { states, memory } = net.begin(net.input.declare(graph, { batch: "B", source: "S" }, type));
  const names = Object.keys(memory);
  const most = cast(graph.input("max_length", "int32", []), "int64");
  const beams = graph.input("beams", "int32", []);
  const lengthPenalty = graph.input("length_penalty", "float32", []);
  graph.define("K", reshape(cast(beams, "int64"), [1]));

  // Sums over many steps need more than half precision.
  const sums = type === "float16" ? "float32" : type;
  const decoder: SearchDecoder = {
    graph,
    type: sums,
    vocabulary: net.vocabulary,
    initial: states.map(({ initial, shape }) => initial ?? filled(graph, type, ["B", ...shape], 0)),
    memory: Object.values(memory),
    step(tokens, before, held) {
      const after = net.step(tokens, before, Object.fromEntries(names.map((name, i) => [name, held[i]])));
      return { logits: cast(after.logits, sums), states: after.states };
    },
  };
  const results = ({ ids, lengths: counts, scores }: Hypotheses) => [ids, counts, cast(scores, "float32")];
  const chosen = equal(beams, 1);
  const greedySteps = where(chosen, most, 0);
  const greedy = greedySearch(decoder, greedySteps);
  const beam = beamSearch(decoder, { most: sub(most, greedySteps), beams: "K", lengthPenalty: cast(lengthPenalty, sums) });
  const [ids, counts, scores] = cond(
    chosen,
    () => results(greedy()),
    () => results(beam()),
    {
      shapes: [
        ["B", "K", "T"],
        ["B", "K"],
        ["B", "K"],
      ],
      name: "search",
    },
  );
  graph.output("ids", ids);
  graph.output("lengths", counts);
  graph.output("scores", scores);
  prune(graph);
  return { graph, parameters: scope.stored };
}
