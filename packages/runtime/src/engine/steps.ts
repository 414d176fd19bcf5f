import type { SessionOptions } from "../ort.ts";
import type { Source } from "../model-source.ts";
import type { Hypothesis } from "../search/hypothesis.ts";
import type { SearchOptions } from "../search/options.ts";
import type { ScoreOptions, TargetScore } from "../search/score.ts";
import { search } from "../search/search.ts";
import { Seq2Seq, type States } from "../seq2seq.ts";
import type { StepModel } from "../step-model.ts";
import { disposeEach, type Members, openEach } from "./members.ts";

type Sources = readonly Source[];
type Ids = readonly (readonly number[])[];

/** What is done with a model step by step. */
interface Stepping {
  search(sources: Sources, options: SearchOptions): Promise<Hypothesis[][]>;
  score(sources: Sources, targets: Ids, options: ScoreOptions): Promise<TargetScore[]>;
}

/** Encoder and decoder of each member. */
export interface Steps extends Stepping {
  dispose(): Promise<void>;
}

/** @throws UserError as `Seq2Seq.open` */
export async function openSteps(members: Members, options: SessionOptions): Promise<Steps> {
  const opened = await openEach(members, (bundle) => Seq2Seq.open(bundle, options));
  const [only, ...others] = opened;
  const stepping = others.length === 0 ? stepsOf<States>(only as Seq2Seq) : stepsOf(new (await import("./ensemble.ts")).Ensemble(opened));
  return { ...stepping, dispose: () => disposeEach(opened) };
}

const stepsOf = <S>(model: StepModel<S>): Stepping => ({
  search: (sources, options) => search(model, sources, options),
  score: async (sources, targets, options) => (await import("../search/score.ts")).scoreTargets(model, sources, targets, options),
});
