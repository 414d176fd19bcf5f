import type { Value } from "../../ir.ts";
import { cast, equal, minimum, mul, not, sub } from "../../ops/elementwise.ts";
import { unsqueeze } from "../../ops/movement.ts";
import { cumulativeSum, reduceSum } from "../../ops/reduce.ts";

/**
 * What is paid for attending again to where the decoder attended before (See et al. 2017): the sum over real target steps t and positions i of
 * min(a_ti, c_ti), c_t the sum of the attention of the steps before t.
 * @param attention a [T, B, S]
 * @param targets [T, B] int32, id 0 being padding
 */
export function coverageLoss(attention: Value, targets: Value): Value {
  const before = sub(cumulativeSum(attention, 0), attention);
  const real = cast(not(equal(targets, 0)), attention.type);
  return reduceSum(mul(minimum(attention, before), unsqueeze(real, -1)));
}
