import type { Forward } from "./forward.ts";
import { predictor, predictorBorder } from "./predictor.ts";

/** Of outputs that are given at once: the inputs of the source and `target`. */
export const forwardHead: Forward = ({ graph, scope, dims, options }, model) => {
  const { type, training = false } = scope.options;
  const { input, output } = predictorBorder(model);
  const source = input.declare(graph, dims, type);
  const target = output.declare(graph, dims, type);
  const net = predictor(scope, model);
  return net.head.loss(net.read(source), target, { ...options, training });
};
