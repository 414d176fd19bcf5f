import type { Found, FoundHypothesis } from "../reference/search.ts";
import type { ExpectedBatch } from "../expect/expecter.ts";
import type { BatchWork, SplitFindings, VariantFindings } from "../workload.ts";
import { argMax, difference, distance } from "./difference.ts";

/** How far a variant on a device is from the reference, or from node-cpu. Undefined where there is nothing to compare. */
export interface Figures extends Partial<RowFigures>, Partial<SearchFigures> {
  readonly maxStateDifference?: number;
  readonly maxLogitDifference?: number;
  /** Share of the tokens along given targets that are the most probable for both. */
  readonly tokenAgreement?: number;
}

/** Of a model that gives tokens. */
export interface SearchFigures {
  /** Of hypotheses with equal ids. */
  readonly maxScoreDifference: number;
  /** Whether all hypotheses have equal ids, those apart that may differ: see `ties`. */
  readonly idsEqual: boolean;
  /** Searches of a source whose ids differ and may: the reference itself decided by less than the bound. */
  readonly ties: number;
  /** Share of the best hypotheses that are equal. */
  readonly outputAgreement: number;
}

/** Of a model that gives something else: probabilities of labels, numbers, densities of points. */
export interface RowFigures {
  readonly maxOutputDifference: number;
  /** Share of the rows of which the largest number is in one place. */
  readonly rowAgreement: number;
  /** Root mean square of the differences, as a share of that of the numbers themselves. */
  readonly outputDistance: number;
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
  const rows = new RowComparison();
  for (const [i, { split, generate, rows: found }] of batches.entries()) {
    if (split) steps.compare(split, work[i], expected[i]);
    for (const each of [split?.searches, generate]) if (each) searches.compare(each, expected[i].searches);
    if (found) {
      steps.compareStates(found.states, expected[i]);
      rows.compare(found.rows, expected[i].rows ?? []);
    }
  }
  return { ...steps.figures(), ...searches.figures(), ...rows.figures() };
}

/** What two devices say of one variant. Ids that differ are not weighed: the reference tells whether they may. */
export function compareDevices({ batches }: VariantFindings, other: VariantFindings): Figures {
  const searches = new SearchComparison(0);
  let [states, logits, outputs]: (number | undefined)[] = [];
  for (const [i, { split: here, generate, rows }] of batches.entries()) {
    const { split: there, generate: thereGenerate, rows: thereRows } = other.batches[i];
    if (here && there) {
      states = largest([states, ...here.states.map((state, k) => difference(state, there.states[k]))]);
      logits = largest([logits, difference(here.logits, there.logits)]);
      searches.compare(here.searches, asExpected(there.searches));
    }
    if (generate && thereGenerate) searches.compare(generate, asExpected(thereGenerate));
    if (rows && thereRows) {
      states = largest([states, ...rows.states.map((state, k) => difference(state, thereRows.states[k]))]);
      outputs = largest([outputs, ...rows.rows.map((row, k) => difference(row, thereRows.rows[k]))]);
    }
  }
  return {
    ...(states !== undefined && { maxStateDifference: states }),
    ...(logits !== undefined && { maxLogitDifference: logits }),
    ...(outputs !== undefined && { maxOutputDifference: outputs }),
    ...searches.figures(),
  };
}

const largest = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((a, b) => Math.max(a, b));
};

const asExpected = (searched: Searched): Found[][] =>
  searched.map((sources) => sources.map((hypotheses) => ({ hypotheses, margin: Infinity })));

class StepComparison {
  #states: number | undefined;
  #logits = 0;
  #tokens = 0;
  #equal = 0;

  compare({ states, logits }: SplitFindings, { targets }: BatchWork, expected: ExpectedBatch): void {
    this.compareStates(states, expected);
    const size = expected.logits[0][0].length;
    for (const [row, target] of targets.entries()) {
      for (let t = 0; t <= target.length; t += 1) {
        const from = (t * targets.length + row) * size;
        const own = logits.subarray(from, from + size);
        this.#logits = Math.max(this.#logits, difference(own, expected.logits[row][t]));
        this.#tokens += 1;
        if (argMax(own) === argMax(expected.logits[row][t])) this.#equal += 1;
      }
    }
  }

  compareStates(states: readonly Float32Array[], expected: ExpectedBatch): void {
    for (const [k, state] of states.entries()) {
      const width = state.length / expected.states.length;
      for (const [row, own] of expected.states.entries())
        this.#states = Math.max(this.#states ?? 0, difference(state.subarray(row * width, (row + 1) * width), own[k]));
    }
  }

  figures(): Pick<Figures, "maxStateDifference" | "maxLogitDifference" | "tokenAgreement"> {
    return {
      ...(this.#states !== undefined && { maxStateDifference: this.#states }),
      ...(this.#tokens > 0 && { maxLogitDifference: this.#logits, tokenAgreement: this.#equal / this.#tokens }),
    };
  }
}

class RowComparison {
  #largest = 0;
  #rows = 0;
  #equal = 0;
  readonly #found: number[] = [];
  readonly #expected: number[] = [];

  compare(found: readonly Float32Array[], expected: readonly (readonly ArrayLike<number>[])[]): void {
    for (const [source, rows] of expected.entries()) {
      const all = rows.flatMap((row) => Array.from(row));
      this.#largest = Math.max(this.#largest, difference(found[source], all));
      this.#found.push(...found[source]);
      this.#expected.push(...all);
      let from = 0;
      for (const row of rows) {
        this.#rows += 1;
        if (argMax(found[source].subarray(from, from + row.length)) === argMax(row)) this.#equal += 1;
        from += row.length;
      }
    }
  }

  figures(): RowFigures | Record<string, never> {
    if (this.#rows === 0) return {};
    return {
      maxOutputDifference: this.#largest,
      rowAgreement: this.#equal / this.#rows,
      outputDistance: distance(this.#found, this.#expected),
    };
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

  figures(): SearchFigures | Record<string, never> {
    if (this.#outputs === 0) return {};
    return {
      maxScoreDifference: this.#scores,
      idsEqual: this.#idsEqual,
      ties: this.#ties,
      outputAgreement: this.#equal / this.#outputs,
    };
  }
}

const sameIds = (a: FoundHypothesis | undefined, b: FoundHypothesis | undefined): boolean => a?.ids.join() === b?.ids.join();
