import { add, div, mul, sub } from "../ops/elementwise.ts";
import { power } from "./moments.ts";
import type { Optimizer } from "./optimizer.ts";

/** The slot that holds the mean of a parameter over the steps so far. */
export const AVERAGE = "average";

/**
 * A rule that keeps, beside what it trains, the exponential moving average of each parameter over the steps (Polyak & Juditsky 1992). Earlier steps
 * count d times as much as the next; the weights of all steps so far sum to one from the first step on, as in Adam's correction of its moments:
 *
 *     a' = a + (1 - d) / (1 - d^t) (w' - a)
 *
 * @param decay - d, below 1
 */
export const averaged = ({ slots, prepare }: Optimizer, decay: number): Optimizer => ({
  slots: [...slots, AVERAGE],
  prepare(scalars) {
    const update = prepare(scalars);
    const share = div(1 - decay, sub(1, power(scalars, decay)));
    return (w, g, before) => {
      const { parameter, slots: own } = update(w, g, before.slice(0, -1));
      const mean = before.at(-1)!;
      return { parameter, slots: [...own, add(mean, mul(sub(parameter, mean), share))] };
    };
  },
});
