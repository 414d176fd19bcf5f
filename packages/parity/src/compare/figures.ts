import type { Found, FoundHypothesis } from "../reference/search.ts";
import type { ExpectedBatch } from "../probes.ts";
import type { BatchWork, SplitFindings, VariantFindings } from "../workload.ts";
import { argMax, difference } from "./difference.ts";

/** How far a variant on a device is from the reference, or from node-cpu. Undefined where there is nothing to compare. */
export interface Figures {
  readonly maxStateDifference?: number;
  readonly maxLogitDifference?: number;
  /** Of hypotheses with equal ids. */
  readonly maxScoreDifference: number;
  /** Whether all hypotheses have equal ids, those apart that may differ: see `ties`. */
  readonly idsEqual: boolean;
  /** Searches of a source whose ids differ and may: the reference itself decided by less than the bound. */
  readonly ties: number;
  /** Share of the tokens along given targets that are the most probable for both. */
  readonly tokenAgreement?: number;
  /** Share of the best hypotheses that are equal. */
  readonly outputAgreement: number;
}

type Searched = readonly (readonly (readonly FoundHypothesis[])[])[];

/** @param bound decisions of the reference that are closer than this may turn out otherwise */
export function compareWithReference(
  { batches }: VariantFindings,
  work: readonly BatchWork[],
  expected: readonly ExpectedBatch[],
  bound: number,
): Figures {
  const searches = new SearchComparison(bound);
  const steps = new StepComparison();
  for (const [i, { split, generate }] of batches.entries()) {
    if (split) steps.compare(split, work[i], expected[i]);
    for (const found of [split?.searches, generate]) if (found) searches.compare(found, expected[i].searches);
  }
  return { ...steps.figures(), ...searches.figures() };
}

/** What two devices say of one variant. Ids that differ are not weighed: the reference tells whether they may. */
export function compareDevices({ batches }: VariantFindings, other: VariantFindings): Figures {
  const searches = new SearchComparison(0);
  let [states, logits, split] = [0, 0, false];
  for (const [i, { split: here, generate }] of batches.entries()) {
    const { split: there, generate: thereGenerate } = other.batches[i];
    if (here && there) {
      split = true;
      for (const [k, state] of here.states.entries()) states = Math.max(states, difference(state, there.states[k]));
      logits = Math.max(logits, difference(here.logits, there.logits));
      searches.compare(here.searches, asExpected(there.searches));
    }
    if (generate && thereGenerate) searches.compare(generate, asExpected(thereGenerate));
  }
  return { ...(split && { maxStateDifference: states, maxLogitDifference: logits }), ...searches.figures() };
}

const asExpected = (searched: Searched): Found[][] =>
  searched.map((sources) => sources.map((hypotheses) => ({ hypotheses, margin: Infinity })));

class StepComparison {
  #states: number | undefined;
  #logits = 0;
  #tokens = 0;
  #equal = 0;

  compare({ states, logits }: SplitFindings, { targets }: BatchWork, expected: ExpectedBatch): void {
    const size = expected.logits[0][0].length;
    for (const [row, target] of targets.entries()) {
      for (const [k, state] of states.entries()) {
        const width = state.length / targets.length;
        const own = state.subarray(row * width, (row + 1) * width);
        this.#states = Math.max(this.#states ?? 0, difference(own, expected.states[row][k]));
      }
      for (let t = 0; t <= target.length; t += 1) {
        const from = (t * targets.length + row) * size;
        const own = logits.subarray(from, from + size);
        this.#logits = Math.max(this.#logits, difference(own, expected.logits[row][t]));
        this.#tokens += 1;
        if (argMax(own) === argMax(expected.logits[row][t])) this.#equal += 1;
      }
    }
  }

  figures(): Pick<Figures, "maxStateDifference" | "maxLogitDifference" | "tokenAgreement"> {
    if (this.#states === undefined) return {};
    return { maxStateDifference: this.#states, maxLogitDifference: this.#logits, tokenAgreement: this.#equal / this.#tokens };
  }
}

class SearchComparison {
  readonly #bound: number;
  #scores = 0;
  #idsEqual = true;
  #ties = 0;
  #outputs = 0;
  #equal = 0;

  constructor(bound: number) {
    this.#bound = bound;
  }

  compare(found: Searched, expected: readonly (readonly Found[])[]): void {
    for (const [search, sources] of expected.entries()) {
      for (const [i, { hypotheses, margin }] of sources.entries()) {
        const own = found[search][i];
        this.#outputs += 1;
        if (sameIds(own[0], hypotheses[0])) this.#equal += 1;
        if (own.length === hypotheses.length && own.every((each, k) => sameIds(each, hypotheses[k]))) {
          const scores = difference(
            own.map(({ score }) => score),
            hypotheses.map(({ score }) => score),
          );
          this.#scores = Math.max(this.#scores, scores);
        } else if (margin <= this.#bound) this.#ties += 1;
        else this.#idsEqual = false;
      }
    }
  }

  figures(): Pick<Figures, "maxScoreDifference" | "idsEqual" | "ties" | "outputAgreement"> {
    return {
      maxScoreDifference: this.#scores,
      idsEqual: this.#idsEqual,
      ties: this.#ties,
      outputAgreement: this.#outputs === 0 ? 1 : this.#equal / this.#outputs,
    };
  }
}

const sameIds = (a: FoundHypothesis | undefined, b: FoundHypothesis | undefined): boolean => a?.ids.join() === b?.ids.join();
