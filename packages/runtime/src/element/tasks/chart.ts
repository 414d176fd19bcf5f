import { make } from "../make.ts";
import { short } from "./numbers.ts";
import { makeSvg } from "./svg.ts";

const [WIDTH, HEIGHT, EDGE] = [320, 96, 4];

/** A line of the numbers given, and of those to come behind them. Whoever does not see it has the table. */
export function chart(name: string, given: readonly number[], steps: readonly number[]): HTMLElement {
  const all = [...given, ...steps].filter(Number.isFinite);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const across = (i: number): number => EDGE + (i * (WIDTH - 2 * EDGE)) / Math.max(1, given.length + steps.length - 1);
  const up = (value: number): number => (high > low ? HEIGHT - EDGE - ((value - low) * (HEIGHT - 2 * EDGE)) / (high - low) : HEIGHT / 2);
  const line = (part: string, from: number, values: readonly number[]): SVGElement => {
    const points = values.map((value, i) => `${across(from + i).toFixed(1)} ${up(value).toFixed(1)}`);
    // A single point has no length, but a cap.
    return makeSvg("path", { part, d: points.length === 1 ? `M${points[0]}h0` : `M${points.join("L")}` });
  };
  const now = given.length - 1;
  const come = line("to-come", Math.max(0, now), [...given.slice(-1), ...steps]);
  const before =
    given.length > 0 ? [makeSvg("path", { part: "now", d: `M${across(now).toFixed(1)} 0V${HEIGHT}` }), line("given", 0, given)] : [];
  const picture = makeSvg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...before,
    come,
  );
  const scale = make("span", { part: "scale" }, make("span", {}, short(high)), make("span", {}, short(low)));
  return make("figure", { part: "chart" }, make("figcaption", {}, name), make("div", { part: "plot" }, scale, picture));
}
