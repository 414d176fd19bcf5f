import { UserError } from "../../errors.ts";
import { requireNumber, SEARCH_NUMBERS } from "../../search/options.ts";
import { NO_TOKEN, type Predict } from "../predict.ts";
import type { Drawing, Stroke } from "../prediction.ts";
import { readInputs } from "../read-inputs.ts";
import { requireTaskOptions } from "../task-options.ts";
import { toSvg } from "../svg.ts";

const MAX_BIAS = 10;

/** A drawing for each input. */
export const draw: Predict<Drawing> = async ({ bundle, graphs, read }, inputs, data, interruption) => {
  requireTaskOptions(bundle.manifest.task, data, ["temperature", "bias", "seed", "maxLength", "batchSize"]);
  const { maxTargetLength, strokeScale = 1 } = bundle.manifest;
  const { temperature = 1, bias = 0, maxLength = maxTargetLength, ...others } = data;
  const { seed = SEARCH_NUMBERS.seed.default ?? 1, batchSize = SEARCH_NUMBERS.batchSize.default ?? 64 } = others;
  const numbers = { temperature, maxLength, seed, batchSize };
  for (const [name, value] of Object.entries(numbers)) requireNumber(name as keyof typeof numbers, value);
  if (typeof bias !== "number" || !(bias >= 0 && bias <= MAX_BIAS))
    throw new UserError(`bias must be a number from 0 to ${MAX_BIAS}, not ${bias}`);
  const { answers, sources, places } = readInputs<Drawing>(inputs, read, NO_TOKEN);
  const drawn = await (await graphs.strokes()).draw(sources, { ...numbers, bias, ...interruption });
  for (const [i, place] of places.entries()) {
    const strokes = (drawn[i] ?? []).map(([dx, dy, lifted]): Stroke => [dx * strokeScale, dy * strokeScale, lifted]);
    answers[place] = { strokes, svg: toSvg(strokes) };
  }
  return answers;
};
