import type { Refusal } from "../engine/service.ts";
import type { Source } from "../model-source.ts";
import type { ReadInput } from "./inputs/index.ts";

/** Answers in the places of their inputs: those that cannot be read are refused, and the others have sources. */
export interface Reading<A> {
  readonly answers: (A | Refusal)[];
  readonly sources: readonly Source[];
  /** Where each source's answer belongs. */
  readonly places: readonly number[];
}

/** @param empty the answer to a text without a token */
export function readInputs<A>(inputs: readonly unknown[], read: ReadInput, empty: A | Refusal): Reading<A> {
  const answers: (A | Refusal)[] = [];
  const sources: Source[] = [];
  const places: number[] = [];
  for (const [place, input] of inputs.entries()) {
    const source = read(input);
    answers[place] = source !== undefined && "error" in source ? source : empty;
    if (source === undefined || "error" in source) continue;
    sources.push(source);
    places.push(place);
  }
  return { answers, sources, places };
}
