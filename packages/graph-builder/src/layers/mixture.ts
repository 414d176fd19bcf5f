import type { Value } from "../ir.ts";
import { add, cast, clip, div, exp, log, mul, neg, square, sub, tanh } from "../ops/elementwise.ts";
import { gatherElements } from "../ops/index-ops.ts";
import { concat, reshape, split, squeeze, unsqueeze } from "../ops/movement.ts";
import { logSoftmax, reduceLogSumExp } from "../ops/reduce.ts";
import type { Scope } from "../scope.ts";
import type { Dim } from "../shape.ts";
import { linear } from "./linear.ts";

/** Numbers of a component: its weight's logit, two means, two logarithms of deviations, a correlation. */
const PER_COMPONENT = 6;
/** Of the logarithm of a deviation: neither a density nor its gradient leaves float32. */
const LOG_DEVIATION = 6;
/** Correlations stay below: 1 - rho^2 is at least 0.01. */
const CORRELATION = 0.995;

/** What the pen does after a point: stays down (0), is lifted (1), or the drawing ends (2): Ha & Eck 2018, section 3.1. */
const PEN_STATES = 3;

/** Numbers of a density: those of `components`, and the pen's logits. */
const mixtureWidth = (components: number): number => PER_COMPONENT * components + PEN_STATES;

/**
 * A density of the next pen stroke (Graves 2013, eq. 17 to 22): M bivariate Gaussians for its offset, and what the pen does after it.
 * x [..., inputs] -> [..., 6 M + 3]: for each component the logit of its weight pi, mu1, mu2, log sigma1, log sigma2 (in +-6) and rho
 * (0.995 tanh), then the logits of the pen staying down, being lifted and the drawing ending. Parameters: those of a linear layer.
 */
export function mixture(scope: Scope, inputs: number, components: number): (x: Value) => Value {
  const project = linear(scope, inputs, mixtureWidth(components));
  return (x) => {
    const raw = project(x);
    const lead = raw.shape.slice(0, -1);
    const [gaussians, pen] = split(raw, [PER_COMPONENT * components, PEN_STATES], -1);
    const [free, logDeviations, correlation] = split(reshape(gaussians, [...lead, components, PER_COMPONENT]), [3, 2, 1], -1);
    const bounded = concat([free, clip(logDeviations, -LOG_DEVIATION, LOG_DEVIATION), mul(tanh(correlation), CORRELATION)], -1);
    return concat([reshape(bounded, [...lead, PER_COMPONENT * components]), pen], -1);
  };
}

/** log sum exp along the last axis, which goes. */
const logSum = (x: Value): Value => reduceLogSumExp(x, [-1]);

/**
 * Negative log-likelihood (nats) of points [N, 3] (dx, dy, what the pen does: 0, 1 or 2) under densities [N, 6 M + 3] (Graves 2013, eq. 23 to 26):
 *
 *     loss = -log sum_k pi_k N(dx, dy; mu_k, sigma_k, rho_k) - log p(pen) -> [N]
 *     log N = -z / (2 (1 - rho^2)) - log(2 pi sigma1 sigma2) - log(1 - rho^2) / 2,  z = u^2 + v^2 - 2 rho u v
 *
 * with u = (dx - mu1) / sigma1 and v = (dy - mu2) / sigma2. Everything is summed as logarithms, so that no density underflows.
 */
export function mixtureLoss(densities: Value, points: Value): Value {
  const [rows, width] = densities.shape as readonly [Dim, number];
  const components = (width - PEN_STATES) / PER_COMPONENT;
  const [gaussians, penLogits] = split(densities, [width - PEN_STATES, PEN_STATES], -1);
  const parts = split(reshape(gaussians, [rows, components, PER_COMPONENT]), [1, 1, 1, 1, 1, 1], -1);
  const [logit, mu1, mu2, logSigma1, logSigma2, rho] = parts.map((part) => squeeze(part, -1));
  const [dx, dy, pen] = split(points, [1, 1, 1], -1);
  const u = mul(sub(dx, mu1), exp(neg(logSigma1)));
  const v = mul(sub(dy, mu2), exp(neg(logSigma2)));
  const z = sub(add(square(u), square(v)), mul(mul(mul(rho, u), v), 2));
  const rest = sub(1, square(rho));
  const logDensity = neg(add(add(div(z, mul(rest, 2)), add(logSigma1, logSigma2)), add(mul(log(rest), 0.5), Math.log(2 * Math.PI))));
  const logWeights = sub(logit, unsqueeze(logSum(logit), -1));
  const logPen = squeeze(gatherElements(logSoftmax(penLogits), cast(pen, "int64"), -1), -1);
  return neg(add(logPen, logSum(add(logWeights, logDensity))));
}
