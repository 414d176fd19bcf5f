import type { Drawing } from "../../predict/prediction.ts";
import { make } from "../make.ts";
import type { Strings } from "../strings.ts";
import type { Shown } from "../task-view.ts";
import { makeSvg } from "./svg.ts";
import { fill } from "./words.ts";

/** The drawing, and a link that saves it. */
export function showDrawing({ strokes, svg }: Drawing, { drawing, save }: Strings): Shown {
  const answer = fill(drawing, { points: strokes.length });
  // Of our own writing, so its form is known; markup in a string is what trusted types forbid.
  const of = (name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(svg)?.[1] ?? "";
  const path = makeSvg("path", { d: of("d"), "stroke-width": of("stroke-width") });
  const picture = makeSvg("svg", { part: "drawing", viewBox: of("viewBox"), role: "img", "aria-label": answer }, path);
  const link = make("a", { part: "save", download: "drawing.svg", href: `data:image/svg+xml,${encodeURIComponent(svg)}` }, save);
  return { value: svg, answer, result: make("div", { part: "paper" }, picture, link) };
}
