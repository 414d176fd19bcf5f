import type { Measure } from "@s2s/trainer";
import { count, loss, percent } from "./format.ts";
import { measureText } from "./measure-text.ts";

interface FigureForm {
  /** In a line of training. */
  readonly short: string;
  /** In a table. */
  readonly long: string;
  readonly format: (value: number) => string;
}

const share = (short: string, long: string): FigureForm => ({ short, long, format: percent });
/** Only in tables, as the literature writes it. */
const measured = (long: string, unit: Measure["unit"]): FigureForm => ({ short: "", long, format: (value) => measureText(unit, value) });
const plain = (short: string, long: string): FigureForm => ({ short, long, format: loss });

/** How figures are shown, by the names that tasks give them. Those that stand in no line of training have no short name. */
const FORMS: Readonly<Record<string, FigureForm>> = {
  perplexity: { short: "", long: "perplexity", format: (value) => value.toFixed(3) },
  loss: plain("", "loss (nats a unit)"),
  units: { short: "", long: "units", format: count },
  examples: { short: "", long: "examples", format: count },
  tokenAccuracy: share("tokens", "token accuracy"),
  sequenceAccuracy: share("exact", "sequence accuracy"),
  accuracy: share("right", "accuracy"),
  macroF1: { short: "F1", long: "macro F1", format: (value) => value.toFixed(4) },
  spanF1: { short: "span F1", long: "span F1", format: (value) => value.toFixed(4) },
  bitsPerCharacter: { short: "bits/char", long: "bits per character", format: (value) => value.toFixed(4) },
  bitsPerByte: { short: "", long: "bits per byte", format: (value) => value.toFixed(4) },
  rmse: plain("RMSE", "RMSE"),
  mae: plain("MAE", "MAE"),
  mase: { short: "MASE", long: "MASE", format: (value) => value.toFixed(3) },
  msPerToken: { short: "", long: "ms a token", format: (value) => value.toFixed(3) },
  sources: { short: "", long: "sources", format: count },
  references: { short: "", long: "references", format: count },
  bleu: measured("BLEU", "points"),
  chrf: measured("chrF", "points"),
  "chrf++": measured("chrF++", "points"),
  exact: measured("exact", "share"),
  wer: measured("WER", "share"),
  per: measured("PER", "share"),
  cer: measured("CER", "share"),
  ser: measured("SER", "share"),
};

/** Figures but the loss, for a line. */
export function figureTexts(figures: Readonly<Record<string, number>>): string[] {
  return Object.entries(figures).flatMap(([name, value]) => {
    const form = FORMS[name];
    return form === undefined || form.short === "" ? [] : [`${form.short} ${form.format(value)}`];
  });
}

/** Figures as rows of a table; what has no form stands under its own name, and what is no number is left out. */
export function figureRows(figures: Readonly<Record<string, unknown>>): string[][] {
  return Object.entries(figures).flatMap(([name, value]) => {
    if (typeof value !== "number") return [];
    const form = FORMS[name];
    return [[form?.long ?? name, form?.format(value) ?? String(value)]];
  });
}
