import type { Tagging } from "../../predict/prediction.ts";
import { make } from "../make.ts";
import type { Shown } from "../task-view.ts";
import { percent } from "./numbers.ts";

/** Hues that are told apart, in degrees. */
const HUES = [215, 25, 140, 320, 55, 265, 180, 0, 95];

/** Each token with its label; without tokens the labels alone. Labels that begin with B- and I- have one colour, and O has none. */
export function showLabels({ tokens, labels, probabilities }: Tagging): Shown {
  const classes = [...new Set(labels.map(classOf).filter((name) => name !== "O"))];
  const tags = labels.flatMap((label, i) => {
    const name = make("span", { part: "tag-name" }, label);
    const tag = make(
      "span",
      { part: "tag", title: percent(probabilities[i] ?? 0) },
      ...(tokens ? [tokens[i] as string, " ", name] : [name]),
    );
    const place = classes.indexOf(classOf(label));
    if (place >= 0) tag.style.setProperty("--hue", String(HUES[place % HUES.length]));
    else tag.part.add("outside");
    return [tag, " "];
  });
  return { value: labels.join(" "), answer: make("span", { part: "tags" }, ...tags) };
}

const classOf = (label: string): string => label.replace(/^[BI]-/, "");
