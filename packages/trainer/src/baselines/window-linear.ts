import { solveCholesky } from "./cholesky.ts";
import type { Forecaster, ForecastProblem } from "./forecast-problem.ts";
import { scaledWindows } from "./windows.ts";

/**
 * Each number of the forecast is a linear function of the window, fitted by least squares with a small ridge (Hoerl and Kennard 1970): W of
 * (X'X + ridge I) W = X'Y, the constant term without ridge. Columns are scaled by their deviation before. In float64; takes about n p^2 / 2
 * multiplications for n origins and p numbers a window.
 * @param ridge keeps windows with columns that go together solvable
 */
export function fitWindowLinear(problem: ForecastProblem, origins: ArrayLike<number>, ridge = 1): Forecaster {
  const windows = scaledWindows(problem, origins);
  const { targets } = windows;
  // The last number of a row is 1, for the constant term.
  const width = windows.width + 1;
  const gram = new Float64Array(width * width);
  const weights = new Float64Array(width * targets);
  const row = new Float64Array(width).fill(1);
  for (let i = 0; i < origins.length; i++) {
    windows.readWindow(origins[i]!, row);
    const target = windows.readTarget(origins[i]!);
    for (let a = 0; a < width; a++) {
      const value = row[a]!;
      for (let b = 0, at = a * width; b <= a; b++) gram[at + b]! += value * row[b]!;
      for (let k = 0, at = a * targets; k < targets; k++) weights[at + k]! += value * target[k]!;
    }
  }
  for (let a = 0; a < width - 1; a++) gram[a * width + a]! += ridge;
  solveCholesky(gram, weights, width);
  return (origin) => {
    windows.readWindow(origin, row);
    const forecast = new Float64Array(targets);
    for (let a = 0; a < width; a++) for (let k = 0; k < targets; k++) forecast[k]! += row[a]! * weights[a * targets + k]!;
    return windows.restore(forecast);
  };
}
