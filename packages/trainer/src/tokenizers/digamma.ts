/** The derivative of log Gamma for x > 0: recurrence up to 7, then the asymptotic series (Abramowitz and Stegun 6.3.5, 6.3.18). */
export function digamma(x: number): number {
  let result = 0;
  for (; x < 7; x += 1) result -= 1 / x;
  const square = 1 / (x * x);
  const series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))));
  return result + Math.log(x) - 0.5 / x - series;
}
