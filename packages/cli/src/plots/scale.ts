/** Values to places along an axis, and where it has marks. */
export interface Scale {
  at(value: number): number;
  readonly ticks: readonly Tick[];
}

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** Round numbers from `low` to `high`, which lie at `from` and `to`. A range of one value is widened. */
export function linearScale(low: number, high: number, from: number, to: number): Scale {
  const [first, last] = low === high ? [low - 0.5, high + 0.5] : [low, high];
  const step = niceStep((last - first) / 5);
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  const start = Math.ceil(first / step - 1e-9);
  const count = Math.floor(last / step + 1e-9) - start + 1;
  const ticks = Array.from({ length: count }, (_, i) => ({ value: (start + i) * step, text: ((start + i) * step).toFixed(decimals) }));
  return { at: (value) => from + ((value - first) / (last - first)) * (to - from), ticks };
}

/** Logarithmic, for values above 0: marks at 1, 2 and 5 of every power of ten, or at the powers alone where they are many. */
export function logScale(low: number, high: number, from: number, to: number): Scale {
  const [first, last] = low === high ? [low / 2, high * 2] : [low, high];
  const powers = Array.from(
    { length: Math.ceil(Math.log10(last)) - Math.floor(Math.log10(first)) + 1 },
    (_, i) => Math.floor(Math.log10(first)) + i,
  );
  const digits = powers.length > 4 ? [1] : [1, 2, 5];
  const values = powers
    .flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
    .filter((value) => value >= first && value <= last);
  const marks = values.length >= 2 ? values : [first, last];
  const { at } = linearScale(Math.log(first), Math.log(last), from, to);
  return { at: (value) => at(Math.log(value)), ticks: marks.map((value) => ({ value, text: String(Number(value.toPrecision(2))) })) };
}

/** The smallest of 1, 2 and 5 times a power of ten that is not below. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((digit) => digit * power >= least) ?? 10);
}
