import type { Classification } from "../../predict/prediction.ts";
import { make } from "../make.ts";
import type { Shown } from "../task-view.ts";
import { percent } from "./numbers.ts";

/** The most probable label, and all that are listed with bars. */
export function showLabel(prediction: Classification): Shown {
  const rows = prediction.labels.map(({ label, probability }) => {
    const bar = make("span", { part: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", String(probability));
    return make("li", {}, make("span", { part: "name" }, label), " ", make("span", { part: "share" }, percent(probability)), bar);
  });
  return { value: prediction.label, answer: prediction.label, result: make("ol", { part: "labels" }, ...rows) };
}
