import type { OutputOf } from "@s2s/runtime/manifest";
import type { Value } from "../../ir.ts";
import { dropout } from "../../layers/dropout.ts";
import { linear } from "../../layers/linear.ts";
import { abs, sub } from "../../ops/elementwise.ts";
import { reshape } from "../../ops/movement.ts";
import { countOver, reduceSum, reduceSumSquare } from "../../ops/reduce.ts";
import type { Scope } from "../../scope.ts";
import type { Head, HeadKind, HeadSource } from "./head.ts";
import { recursiveNumbers } from "./recursive-numbers.ts";

type Numbers = OutputOf<"numbers">;

/** Numbers of the steps to come: target [B, steps, width] -> numbers [B, steps, width]. The loss is the squared error. */
export const numbers: HeadKind<Numbers> = {
  declare: (graph, { steps, width }, { batch }, type) => graph.input("target", type, [batch, steps, width]),
  make(scope, config, width) {
    const { taught, free } = MODES[config.mode](scope, config, width);
    return {
      loss(source, target, { training }) {
        const error = sub(training ? taught(source, target) : free(source), target);
        const squared = reduceSumSquare(error);
        const units = reshape(countOver(target, [0, 1, 2]), []);
        return { sum: squared, units, sums: { squared_error: squared, absolute_error: reduceSum(abs(error)) } };
      },
      predict: (source) => ({ name: "numbers", value: free(source) }),
    } satisfies Head;
  },
};

/** How numbers [B, steps, width] come about: in training, where those before each step are known, and by themselves. */
export interface Forecast {
  taught(source: HeadSource, target: Value): Value;
  free(source: HeadSource): Value;
}

/** All numbers at once, from the encoder's summary. */
function directNumbers(scope: Scope, { steps, width }: Numbers, inputs: number): Forecast {
  const project = linear(scope.in("readout"), inputs, steps * width);
  const free = ({ summary }: HeadSource): Value =>
    reshape(project(dropout(scope.in("readout"), summary)), [summary.shape[0], steps, width]);
  return { taught: free, free };
}

const MODES: Readonly<Record<Numbers["mode"], (scope: Scope, config: Numbers, width: number) => Forecast>> = {
  direct: directNumbers,
  recursive: recursiveNumbers,
};
