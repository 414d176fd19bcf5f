import { classOf, macroF1, precisionRecall, type ClassFigures, type PrecisionRecall } from "./f-score.ts";

/** Steps `begin` to `end` - 1 of a sequence, of one kind. */
export interface Span {
  readonly kind: string;
  readonly begin: number;
  readonly end: number;
}

/** What is at a step: where in a span, and its kind. `O` and labels without a kind have the kind "". */
interface Place {
  readonly part: string;
  readonly kind: string;
}

const SPAN_LABEL = /^([BIESL])(?:-(.*))?$/su;

/** Whether labels say where spans begin and go on: each is `O` or begins with `B-`, `I-` (IOB), or `E-`, `L-`, `S-` (IOBES) and there is a `B` or `I`. */
export function areSpanLabels(labels: readonly string[]): boolean {
  return labels.every((label) => label === "O" || /^[BIESL]-/u.test(label)) && labels.some((label) => /^[BI]-/u.test(label));
}

/**
 * The spans that a sequence of labels means, read as leniently as the conlleval script of CoNLL-2000 does and seqeval after it: a span begins with `B`
 * or `S`, or where another kind or something outside came before; it ends before the next one, and with `E`, `L` or `S`.
 */
export function spansOf(labels: readonly string[]): Span[] {
  const spans: Span[] = [];
  let open: { readonly kind: string; readonly begin: number } | undefined;
  let before: Place = { part: "O", kind: "" };
  for (const [step, label] of [...labels, "O"].entries()) {
    const place = placeOf(label);
    const goesOn = open !== undefined && continues(before, place);
    if (open !== undefined && !goesOn) {
      spans.push({ ...open, end: step });
      open = undefined;
    }
    if (open === undefined && place.part !== "O") open = { kind: place.kind, begin: step };
    before = place;
  }
  return spans;
}

function placeOf(label: string): Place {
  const [, part, kind = ""] = SPAN_LABEL.exec(label) ?? [];
  return part === undefined ? { part: "O", kind: "" } : { part, kind };
}

function continues(before: Place, { part, kind }: Place): boolean {
  return (before.part === "B" || before.part === "I") && (part === "I" || part === "E" || part === "L") && before.kind === kind;
}

export interface SpanFigures extends PrecisionRecall {
  /** Mean over the kinds that occur in truth or predictions. */
  readonly macroF1: number;
  readonly kinds: readonly ClassFigures[];
}

/** Precision, recall and F1 of whole spans: one is right where kind, first and last step are (micro-averaged; Tjong Kim Sang and Buchholz, CoNLL 2000). */
export function spanFigures(truth: readonly (readonly string[])[], predictions: readonly (readonly string[])[]): SpanFigures {
  const counts = new Map<string, { right: number; predicted: number; support: number }>();
  const of = (kind: string) => {
    let own = counts.get(kind);
    if (own === undefined) counts.set(kind, (own = { right: 0, predicted: 0, support: 0 }));
    return own;
  };
  for (const [i, labels] of truth.entries()) {
    const there = spansOf(labels);
    const found = spansOf(predictions[i] ?? []);
    const keys = new Set(there.map(keyOf));
    for (const { kind } of there) of(kind).support += 1;
    for (const span of found) {
      of(span.kind).predicted += 1;
      if (keys.has(keyOf(span))) of(span.kind).right += 1;
    }
  }
  const kinds = [...counts.keys()].sort().map((kind) => {
    const { right, predicted, support } = of(kind);
    return classOf(kind, precisionRecall(right, predicted, support));
  });
  const total = (name: "right" | "predicted" | "support") => [...counts.values()].reduce((sum, each) => sum + each[name], 0);
  return { ...precisionRecall(total("right"), total("predicted"), total("support")), macroF1: macroF1(kinds), kinds };
}

function keyOf({ kind, begin, end }: Span): string {
  return `${begin} ${end} ${kind}`;
}
