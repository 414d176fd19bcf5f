import { END_ID, START_ID } from "@s2s/runtime";
import type { Manifest } from "@s2s/runtime/manifest";
import { LONGEST } from "../probes.ts";
import { EnsembleReference, type TokenReference } from "../reference/ensemble.ts";
import { type Found, type SearchSpec, searchReference } from "../reference/search.ts";
import { type IdPair, Reference } from "../reference/seq2seq.ts";
import type { ProbeSource } from "../workload.ts";
import { padRows, sourceBatch } from "./batch.ts";
import { type Expectation, type Expecter, exampleOf } from "./expecter.ts";
import type { Members } from "./members.ts";

/** Logits that a target may take: [T, V] of a large vocabulary are many megabytes. */
const MOST_LOGITS = 2 ** 19;

export function tokensExpecter(members: Members, { maxTargetLength }: Manifest): Expecter {
  const references = members.map(({ model, weights }) => new Reference(model, weights));
  const [reference] = references;
  const [{ model }] = members;
  const maxLength = Math.min(maxTargetLength, LONGEST);
  const searches = [
    { beams: 1, lengthPenalty: 0, maxLength },
    { beams: 4, lengthPenalty: 0.8, maxLength },
  ];
  return {
    searches,
    expect: (sources, between) =>
      references.length === 1
        ? expectBatch(reference, sources, searches, between)
        : expectBatch(new EnsembleReference(references), sources, searches, between),
    step({ sources, targets }, { labelSmoothing, coverageWeight }) {
      // Not the model's own answers, whose gradients are small: each source gets another's target.
      const pairs: IdPair[] = sources.map((source, i) => ({
        source: exampleOf(source),
        target: [...targets[(i + 1) % targets.length], END_ID],
      }));
      return {
        batch: {
          ...sourceBatch(sources),
          target_input: padRows(
            pairs.map(({ target }) => [START_ID, ...target.slice(0, -1)]),
            { type: "int32" },
          ),
          target_output: padRows(
            pairs.map(({ target }) => target),
            { type: "int32" },
          ),
        },
        units: pairs.reduce((sum, { target }) => sum + target.length, 0),
        loss: (later) => new Reference(model, later).loss(pairs, labelSmoothing, coverageWeight, true),
        gradients: reference.gradients(pairs, labelSmoothing, coverageWeight),
      };
    },
  };
}

/** The work of a batch, whose targets are the reference's best answers, and what the reference says of it. */
export async function expectBatch<S>(
  reference: TokenReference<S>,
  sources: readonly ProbeSource[],
  searches: readonly SearchSpec[],
  between: () => Promise<void>,
): Promise<Expectation> {
  const found: Found[][] = [];
  for (const spec of searches) {
    const answers: Found[] = [];
    for (const source of sources) {
      answers.push(searchReference(reference, exampleOf(source), spec));
      await between();
    }
    found.push(answers);
  }
  const most = Math.max(1, Math.floor(MOST_LOGITS / reference.vocabularySize)) - 1;
  // Those of the second search: with beams more of them end, so that they differ in length. Sources that are nothing differ by their place.
  const targets = found[1].map(({ hypotheses }, i) => {
    const { ids } = hypotheses[isNothing(sources[i]) ? i % hypotheses.length : 0];
    return ids.slice(0, most);
  });
  return {
    work: { sources, targets },
    expected: {
      states: sources.map((source) => reference.handedOver(exampleOf(source))),
      logits: sources.map((source, i) => reference.logits(exampleOf(source), [START_ID, ...targets[i]])),
      searches: found,
    },
  };
}

const isNothing = (source: ProbeSource): boolean => !("data" in source) && source.length === 0;
