import type { OutputOf } from "@s2s/runtime/manifest";
import { type Asked, type Attended, attend } from "./attention.ts";
import { type Cell, type State, zeroState } from "./cell.ts";
import { REFERENCE_CELLS } from "./cells.ts";
import { copied } from "./copy.ts";
import { embedding } from "./embedding.ts";
import { type Computed, type Term, affine, linear, product } from "./linear.ts";
import type { Parameters } from "./parameters.ts";
import { stepStack } from "./stack.ts";
import { type Vector, addOuter, addTo, sum, times, timesTransposed, zerosLike } from "./vector.ts";

/** What a decoder hands from step to step. */
export interface DecoderState {
  readonly cells: readonly State[];
  /** What was read out of the step before, of a decoder with input feeding. */
  readonly fed: Vector | null;
  /** How much each position of the source was attended to so far. */
  readonly coverage: Vector | null;
}

/** What a decoder is given of a source. */
export interface Given {
  readonly outputs: readonly Vector[];
  readonly ids: readonly number[];
  readonly summary: Vector;
}

/** A source, as a decoder looks at it. Gradients are summed until `back` takes them. */
export interface Look {
  readonly given: Given;
  readonly attended: Attended | null;
  readonly dSummary: Vector;
}

export interface DecoderStep {
  readonly logits: Vector;
  readonly state: DecoderState;
  /** Where the decoder attends. */
  readonly weights: Vector | null;
  /** From the gradients of logits, of the next state and of the attention to that of the state before. */
  readonly back: (dLogits: Vector, dNext: DecoderState, dWeights: Vector | null) => DecoderState;
}

/**
 * The decoder of tokens, one sentence and one step at a time:
 *
 *     with a product's attention      h = cells(e(y)), c = attend(h), o = tanh(h wh + c wc + b)                   (Luong et al. 2015)
 *     with additive attention         c = attend(h before), h = cells(e(y), c), o = tanh(h wh + c wc + e we + b)   (Bahdanau et al. 2015)
 *     with the summary in every step  h = cells(e(y), s), o = tanh(h wh + s wo + e we + b)                         (Cho et al. 2014)
 *     without                         h = cells(e(y)), o = h
 *
 * and logits = o W + b. With input feeding o of the step before enters the cells too.
 */
export class TokenDecoder {
  readonly #parameters: Parameters;
  readonly #config: OutputOf<"tokens">;
  readonly #cells: readonly Cell[];
  readonly #table: string;

  constructor(parameters: Parameters, config: OutputOf<"tokens">) {
    this.#parameters = parameters;
    this.#config = config;
    this.#cells = Array.from({ length: config.layers }, (_, layer) => REFERENCE_CELLS[config.cell](parameters, `decoder.layers.${layer}`));
    this.#table = config.shared ? "encoder.embedding" : "decoder.embedding";
  }

  get cells(): readonly Cell[] {
    return this.#cells;
  }

  look(given: Given): Look {
    const { attention, coverage } = this.#config;
    const attended = attention === "none" ? null : attend(this.#parameters, "decoder.attention", attention, coverage, given.outputs);
    return { given, attended, dSummary: zerosLike(given.summary) };
  }

  /** Before the first token. */
  first(cells: readonly State[], { given }: Look): DecoderState {
    const { inputFeeding, coverage, hidden } = this.#config;
    return {
      cells,
      fed: inputFeeding ? new Float64Array(hidden) : null,
      coverage: coverage ? new Float64Array(given.outputs.length) : null,
    };
  }

  /** Zero gradients of a state. */
  zero(look: Look): DecoderState {
    return this.first(this.#cells.map(zeroState), look);
  }

  step(id: number, before: DecoderState, look: Look): DecoderStep {
    const { attention, residual, copy } = this.#config;
    const parameters = this.#parameters;
    const e = embedding(parameters, this.#table, id);
    const asksFirst = attention === "additive";
    const early = asksFirst ? look.attended!.ask(before.cells.at(-1)![0], before.coverage) : null;
    const entrance = this.#entrance(before, early, look);
    const stack = stepStack(this.#cells, e.y, before.cells, residual, entrance?.y);
    const asked = early ?? look.attended?.ask(stack.output, before.coverage) ?? null;
    const output = this.#output(stack.output, asked, e.y, look);
    const readout = this.#readout(output.y);
    const mixed = copy
      ? copied(parameters, { h: stack.output, c: asked!.context, e: e.y }, readout.y, asked!.weights, look.given.ids)
      : null;
    return {
      logits: mixed ? mixed.logits : readout.y,
      weights: asked?.weights ?? null,
      state: { cells: stack.states, fed: before.fed && output.y, coverage: before.coverage && sum(before.coverage, asked!.weights) },
      back: (dLogits, dNext, dAttention) => {
        const through = mixed?.back(dLogits);
        const dOutput = readout.back(through ? through.dLogits : dLogits);
        const d = output.back(total(dOutput, dNext.fed));
        const dh = total(d.h, through?.d.h);
        let de = total(d.e, through?.d.e);
        let dc = total(d.c, through?.d.c);
        const dWeights = asked && total(zerosLike(asked.weights), dAttention, dNext.coverage, through?.dWeights);
        // Attention that asks with the new h goes back before the cells do, one that asked before them afterwards.
        let question = asked && !asksFirst ? asked.back(dWeights!, dc) : null;
        const { dx, dStates, dExtra } = stack.back(total(dh, question?.dQuery), dNext.cells);
        de = total(de, dx);
        const entered = entrance?.back(dExtra);
        if (entered?.summary) addTo(look.dSummary, entered.summary);
        if (asksFirst) {
          dc = total(dc, entered!.context);
          question = asked!.back(dWeights!, dc);
          addTo(dStates.at(-1)![0], question.dQuery);
        }
        e.back(de);
        return { cells: dStates, fed: entered?.fed ?? null, coverage: dNext.coverage && sum(dNext.coverage, question!.dCoverage) };
      },
    };
  }

  /** What enters the first layer beside the token; null where nothing does. */
  #entrance({ fed }: DecoderState, early: Asked | null, { given }: Look) {
    const summary = this.#config.context === "every-step" ? given.summary : null;
    const all = Object.entries({ summary, fed, context: early?.context }).flatMap(([key, x]) => (x ? [[key, x] as const] : []));
    if (all.length === 0) return null;
    const names: Record<string, string> = { summary: "decoder.summary.w", fed: "decoder.feed.w", context: "decoder.context.w" };
    const { y, back } = affine(
      this.#parameters,
      all.map(([key, x]): Term => [x, names[key]]),
    );
    return {
      y,
      back(dy: Vector): { readonly summary?: Vector; readonly fed?: Vector; readonly context?: Vector } {
        const found = back(dy);
        return Object.fromEntries(all.map(([key], i) => [key, found[i]]));
      },
    };
  }

  /** o, and from its gradient to those of h, context and e(y). */
  #output(h: Vector, asked: Asked | null, e: Vector, { given, dSummary }: Look) {
    const { attention, context } = this.#config;
    const summarised = context === "every-step";
    const none = { c: asked ? zerosLike(asked.context) : new Float64Array(0), e: zerosLike(e) };
    if (!asked && !summarised) return { y: h, back: (d: Vector): Parts => ({ ...none, h: d }) };
    const reads = summarised || attention === "additive";
    const terms: Term[] = [
      [h, "decoder.output.wh"],
      asked ? [asked.context, "decoder.output.wc"] : [given.summary, "decoder.summary.wo"],
      ...(reads ? [[e, "decoder.output.we"] as const] : []),
    ];
    const z = affine(this.#parameters, terms, "decoder.output.b");
    const y = z.y.map(Math.tanh);
    return {
      y,
      back(d: Vector): Parts {
        const [dh, dc, de = none.e] = z.back(d.map((value, j) => value * (1 - y[j] ** 2)));
        if (!asked) addTo(dSummary, dc);
        return { h: dh, c: asked ? dc : none.c, e: de };
      },
    };
  }

  /** o W + b; tied o E^T + b, o projected where it is not as wide as the embedding. */
  #readout(o: Vector): Computed {
    const parameters = this.#parameters;
    if (!this.#config.tied) return linear(parameters, "decoder.readout", o);
    const { hidden, embedding: width } = this.#config;
    const features = width === hidden ? { y: o, back: (d: Vector) => d } : product(parameters, o, "decoder.readout.projection");
    const table = `${this.#table}.w`;
    return {
      y: sum(timesTransposed(features.y, parameters.get(table)), parameters.get("decoder.readout.b").data),
      back(d) {
        addTo(parameters.gradient("decoder.readout.b"), d);
        addOuter(parameters.gradient(table), d, features.y);
        return features.back(times(d, parameters.get(table)));
      },
    };
  }
}

/** Gradients of state, context and embedded token. */
type Parts = { readonly h: Vector; readonly c: Vector; readonly e: Vector };

/** The sum of what there is. */
const total = (first: Vector, ...others: readonly (Vector | null | undefined)[]): Vector =>
  others.reduce<Vector>((all, other) => (other ? sum(all, other) : all), first);
