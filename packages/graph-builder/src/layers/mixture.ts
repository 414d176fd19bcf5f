import type { Value } from "../ir.ts";
import { abs, add, clip, div, exp, log, mul, neg, relu, square, sub, tanh } from "../ops/elementwise.ts";
import { concat, reshape, split, squeeze, unsqueeze } from "../ops/movement.ts";
import { reduceLogSumExp } from "../ops/reduce.ts";
import type { Scope } from "../scope.ts";
import type { Dim } from "../shape.ts";
import { linear } from "./linear.ts";

/** Numbers of a component: its weight's logit, two means, two logarithms of deviations, a correlation. */
const PER_COMPONENT = 6;
/** Of the logarithm of a deviation: neither a density nor its gradient leaves float32. */
const LOG_DEVIATION = 6;
/** Correlations stay below: 1 - rho^2 is at least 0.01. */
const CORRELATION = 0.995;

/** Numbers of a density: those of `components`, and the pen's logit. */
export const mixtureWidth = (components: number): number => PER_COMPONENT * components + 1;

/**
 * A density of the next pen stroke (Graves 2013, eq. 17 to 22): M bivariate Gaussians for its offset, a Bernoulli for the pen.
 * x [..., inputs] -> [..., 6 M + 1]: for each component the logit of its weight pi, mu1, mu2, log sigma1, log sigma2 (in +-6) and rho
 * (0.995 tanh), then the logit of the pen being lifted. Parameters: those of a linear layer.
 */
export function mixture(scope: Scope, inputs: number, components: number): (x: Value) => Value {
  const project = linear(scope, inputs, mixtureWidth(components));
  return (x) => {
    const raw = project(x);
    const lead = raw.shape.slice(0, -1);
    const [gaussians, pen] = split(raw, [PER_COMPONENT * components, 1], -1);
    const [free, logDeviations, correlation] = split(reshape(gaussians, [...lead, components, PER_COMPONENT]), [3, 2, 1], -1);
    const bounded = concat([free, clip(logDeviations, -LOG_DEVIATION, LOG_DEVIATION), mul(tanh(correlation), CORRELATION)], -1);
    return concat([reshape(bounded, [...lead, PER_COMPONENT * components]), pen], -1);
  };
}

/** log sum exp along the last axis, which goes. */
const logSum = (x: Value): Value => reduceLogSumExp(x, [-1]);

/**
 * Negative log-likelihood (nats) of points [N, 3] (dx, dy, 1 where the pen is lifted) under densities [N, 6 M + 1] (Graves 2013, eq. 23 to 26):
 *
 *     loss = -log sum_k pi_k N(dx, dy; mu_k, sigma_k, rho_k) - log p(pen) -> [N]
 *     log N = -z / (2 (1 - rho^2)) - log(2 pi sigma1 sigma2) - log(1 - rho^2) / 2,  z = u^2 + v^2 - 2 rho u v
 *
 * with u = (dx - mu1) / sigma1 and v = (dy - mu2) / sigma2. Everything is summed as logarithms, so that no density underflows.
 */
export function mixtureLoss(densities: Value, points: Value): Value {
  const [rows, width] = densities.shape as readonly [Dim, number];
  const components = (width - 1) / PER_COMPONENT;
  const [gaussians, penLogit] = split(densities, [width - 1, 1], -1);
  const parts = split(reshape(gaussians, [rows, components, PER_COMPONENT]), [1, 1, 1, 1, 1, 1], -1);
  const [logit, mu1, mu2, logSigma1, logSigma2, rho] = parts.map((part) => squeeze(part, -1));
  const [dx, dy, lifted] = split(points, [1, 1, 1], -1);
  const u = mul(sub(dx, mu1), exp(neg(logSigma1)));
  const v = mul(sub(dy, mu2), exp(neg(logSigma2)));
  const z = sub(add(square(u), square(v)), mul(mul(mul(rho, u), v), 2));
  const rest = sub(1, square(rho));
  const logDensity = neg(add(add(div(z, mul(rest, 2)), add(logSigma1, logSigma2)), add(mul(log(rest), 0.5), Math.log(2 * Math.PI))));
  const logWeights = sub(logit, unsqueeze(logSum(logit), -1));
  // -log sigmoid(logit) where the pen is lifted, else -log(1 - sigmoid(logit)): neither exponential overflows.
  const penLoss = add(sub(relu(penLogit), mul(penLogit, lifted)), log(add(exp(neg(abs(penLogit))), 1)));
  return sub(squeeze(penLoss, -1), logSum(add(logWeights, logDensity)));
}
