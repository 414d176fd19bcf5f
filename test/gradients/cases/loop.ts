import { add, matmul, scan, tanh } from "@s2s/graph-builder";
import type { OperatorCases } from "./case.ts";

/** Of the many things that a loop's body may hold, see scan*.test.ts. */
export const loopCases = {
  Scan: {
    "a recurrent cell": {
      shapes: [
        [5, 2, 3],
        [2, 4],
        [3, 4],
        [4, 4],
      ],
      build: ([xs, h0, w, u]) => {
        const result = scan(
          ([h], [x]) => {
            const next = tanh(add(matmul(x, w), matmul(h, u)));
            return { states: [next], outputs: [next] };
          },
          [h0],
          [xs],
        );
        return [...result.outputs, ...result.states];
      },
    },
  },
} satisfies OperatorCases;
