import { add, tanh } from "../../ops/elementwise.ts";
import { matmul } from "../../ops/matmul.ts";
import { squeeze, unsqueeze } from "../../ops/movement.ts";
import type { MakeScore } from "./score.ts";

/**
 * score = tanh(q wq + m wk + c wc + b) v (Bahdanau et al. 2015; coverage c: Tu et al. 2016, See et al. 2017), as wide as the query.
 * Parameters: query.w [Q, Q], key.w [W, Q], key.b [Q], v [Q, 1], with coverage coverage.w [1, Q].
 */
export const additive: MakeScore = (scope, { query, memory, coverage }) => {
  const uniform = (inputs: number) => ({ kind: "uniform", bound: 1 / Math.sqrt(inputs) }) as const;
  const wq = scope.in("query").parameter("w", [query, query], uniform(query));
  const wk = scope.in("key").parameter("w", [memory, query], uniform(memory));
  const b = scope.in("key").parameter("b", [query], uniform(memory));
  const v = scope.parameter("v", [query, 1], uniform(query));
  const wc = coverage ? scope.in("coverage").parameter("w", [1, query], uniform(1)) : null;
  return {
    keys: (values) => add(matmul(values, wk), b),
    score(queries, keys, before) {
      // [B, T, 1, Q] + [B, 1, S, Q]
      const sums = add(unsqueeze(matmul(queries, wq), 2), unsqueeze(keys, 1));
      const hidden = tanh(wc ? add(sums, matmul(unsqueeze(before!, -1), wc)) : sums);
      return squeeze(matmul(hidden, v), -1);
    },
  };
};
