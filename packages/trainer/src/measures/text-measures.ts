import { bleu } from "./bleu.ts";
import { chrf } from "./chrf.ts";
import { cer, exact, per, ser, wer } from "./error-rates.ts";
import type { Measure } from "./measure.ts";

/** What answers in text are measured by, under the names that people ask with. */
export const TEXT_MEASURES = { bleu: bleu(), chrf: chrf(), "chrf++": chrf(2), exact, wer, per, cer, ser } as const satisfies Record<
  string,
  Measure
>;

export type TextMeasureName = keyof typeof TEXT_MEASURES;

/** Score of each measure, by its name. */
export type TextScores = Partial<Record<TextMeasureName, number>>;
