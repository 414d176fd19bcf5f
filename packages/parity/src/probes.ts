import { END_ID, given, START_ID, UNKNOWN_ID } from "@s2s/runtime";
import type { Manifest } from "@s2s/runtime/manifest";
import { threefry2x32 } from "@s2s/runtime/random";
import type { Found, SearchSpec } from "./reference/search.ts";
import { searchReference } from "./reference/search.ts";
import type { Reference } from "./reference/seq2seq.ts";
import type { Vector } from "./reference/vector.ts";
import type { BatchWork } from "./workload.ts";

/** Longer sources and targets show nothing that these do not. */
const LONGEST = 16;
/** Logits that a target may take: [T, V] of a large vocabulary are many megabytes. */
const MOST_LOGITS = 2 ** 19;
/** "prob", so that no other draws from these. */
const KEY = 0x70726f62;

/** What the reference says of a batch. */
export interface ExpectedBatch {
  /** [source][state][H], states in the manifest's order. */
  readonly states: readonly (readonly Vector[])[];
  /** [source][T][V] along the batch's targets. */
  readonly logits: readonly (readonly Vector[])[];
  /** [search][source] */
  readonly searches: readonly (readonly Found[])[];
}

/** One source after the other, then side by side: of each length up to the longest, that of `</s>` alone among them. */
const SHAPES: readonly (readonly number[])[] = [[0.1], [1], [0, 1, 0.4], [0.5, 0.05, 0.9, 0.3, 1, 0.2, 0.7, 0]];

/** Sources drawn from a model's vocabulary, and searches; a function of the manifest alone. */
export function drawProbes({ maxSourceLength, maxTargetLength, source }: Manifest): {
  readonly sources: readonly (readonly number[][])[];
  readonly searches: readonly SearchSpec[];
} {
  const { size } = given(source, "source tokens");
  const longest = Math.min(maxSourceLength, LONGEST);
  const draw = (row: number, position: number): number => {
    const [place, kind] = threefry2x32(KEY, size, row, position);
    // Now and then a token that the vocabulary lacks.
    return kind % 16 === 0 || size === END_ID + 1 ? UNKNOWN_ID : END_ID + 1 + (place % (size - END_ID - 1));
  };
  let row = 0;
  const sources = SHAPES.map((shares) =>
    shares.map((share) => {
      row += 1;
      const tokens = Math.round(share * (longest - 1));
      return [...Array.from({ length: tokens }, (_, position) => draw(row, position)), END_ID];
    }),
  );
  const maxLength = Math.min(maxTargetLength, LONGEST);
  return {
    sources,
    searches: [
      { beams: 1, lengthPenalty: 0, maxLength },
      { beams: 4, lengthPenalty: 0.8, maxLength },
    ],
  };
}

/**
 * The work of a batch, whose targets are the reference's best answers, and what the reference says of it.
 * @param between awaited now and then: the reference takes seconds for a large model
 */
export async function expectBatch(
  reference: Reference,
  sources: readonly (readonly number[])[],
  searches: readonly SearchSpec[],
  between: () => Promise<void>,
): Promise<{ readonly work: BatchWork; readonly expected: ExpectedBatch }> {
  const found: Found[][] = [];
  for (const spec of searches) {
    const answers: Found[] = [];
    for (const source of sources) {
      answers.push(searchReference(reference, source, spec));
      await between();
    }
    found.push(answers);
  }
  const most = Math.max(1, Math.floor(MOST_LOGITS / reference.vocabularySize)) - 1;
  // Those of the second search: with beams more of them end, so that they differ in length.
  const targets = found[1].map(({ hypotheses: [best] }) => best.ids.slice(0, most));
  return {
    work: { sources, targets },
    expected: {
      states: sources.map((source) => reference.handedOver(source)),
      logits: sources.map((source, i) => reference.logits(source, [START_ID, ...targets[i]])),
      searches: found,
    },
  };
}
