import { convRules } from "./gradients/conv.ts";
import { elementwiseRules } from "./gradients/elementwise.ts";
import { indexRules } from "./gradients/index-ops.ts";
import { loopRules } from "./gradients/loop.ts";
import { matmulRules } from "./gradients/matmul.ts";
import { movementRules } from "./gradients/movement.ts";
import { reduceRules } from "./gradients/reduce.ts";
import { zerosLike } from "./gradients/rule.ts";
import { type Value, isFloat, valueText } from "./ir.ts";
import { ShapeError, product } from "./shape.ts";
import { type Rules, dependents, reverseSweep } from "./sweep.ts";

/**
 * The gradient of every operator; null where the output does not change smoothly with any operand (integers, booleans, steps).
 * The table is exhaustive: an operator without a line in one of the parts does not compile. Rules never mention who broadcast what
 * (see `binary` in gradients/rule.ts).
 */
export const gradientRules: Rules = {
  ...elementwiseRules,
  ...matmulRules,
  ...movementRules,
  ...reduceRules,
  ...indexRules,
  ...convRules,
  ...loopRules,
};

/**
 * Gradients of a scalar with respect to `parameters`, appended to its graph: reverse-mode differentiation (Griewank & Walther 2008, ch. 3).
 * A parameter on which the loss does not depend gets zeros. `seed` (default 1) is the gradient of the loss itself.
 */
export function gradients(loss: Value, parameters: readonly Value[], seed?: Value): Value[] {
  if (product(loss.shape) !== 1 || !isFloat(loss.type)) throw new ShapeError(`gradients: ${valueText(loss)} is no float scalar`);
  const { graph } = loss;
  const active = dependents(graph.nodes, parameters, gradientRules);
  const one = seed ?? graph.constant(loss.type, loss.shape, [1]);
  const found = reverseSweep({ rules: gradientRules, graph, nodes: [...graph.nodes], active, seeds: new Map([[loss, one]]) });
  return parameters.map((parameter) => found.get(parameter) ?? zerosLike(parameter));
}
