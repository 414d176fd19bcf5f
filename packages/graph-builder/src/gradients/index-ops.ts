import { type Value, valueText } from "../ir.ts";
import { gather, gatherElements, scatterElements, scatterRows } from "../ops/index-ops.ts";
import { squeeze, transpose } from "../ops/movement.ts";
import { ShapeError } from "../shape.ts";
import { type Rule, type RulesOf, zerosLike } from "./rule.ts";

/** Rows taken from an axis: their gradients are added to zeros at the places they came from. */
const gatherRule: Rule = ({ node, inputs, gradients }) => {
  const [x, indices] = inputs as [Value, Value];
  const axis = node.attributes.axis as number;
  const g = gradients[0]!;
  if (axis === 0) return [scatterRows(x.shape[0], indices, g), null];
  const rank = indices.shape.length;
  const front = [...indices.shape.keys()].map((i) => i + axis);
  const others = [...g.shape.keys()].filter((i) => !front.includes(i));
  const rows = scatterRows(x.shape[axis], indices, transpose(g, [...front, ...others]));
  const back = [...Array(g.shape.length - rank + 1).keys()].map((i) => (i < axis ? i + 1 : i === axis ? 0 : i));
  return [transpose(rows, back), null];
};

const gatherElementsRule: Rule = ({ node, inputs, gradients }) => [
  scatterElements(zerosLike(inputs[0]!), inputs[1]!, gradients[0]!, node.attributes.axis as number),
  null,
];

const scatterElementsRule: Rule = ({ node, inputs, gradients, needs }) => [
  needs[0] ? gradients[0] : null,
  null,
  needs[2] ? gatherElements(gradients[0]!, inputs[1]!, node.attributes.axis as number) : null,
];

const scatterNDRule: Rule = ({ inputs, gradients, needs }) => {
  const [, places] = inputs as [Value, Value, Value];
  if (places.shape.at(-1) !== 1) throw new ShapeError(`ScatterND(${valueText(places)}): only updates of whole rows have a gradient`);
  return [needs[0] ? gradients[0] : null, null, needs[2] ? gather(gradients[0]!, squeeze(places, -1), 0) : null];
};

/** What was taken gets its gradient back at its place. */
const topKRule: Rule = ({ node, inputs, outputs, gradients }) => [
  gradients[0] && scatterElements(zerosLike(inputs[0]!), outputs[1], gradients[0], node.attributes.axis as number),
  null,
];

export const indexRules = {
  Gather: gatherRule,
  GatherElements: gatherElementsRule,
  Range: null,
  ScatterElements: scatterElementsRule,
  ScatterND: scatterNDRule,
  TopK: topKRule,
} satisfies RulesOf;
