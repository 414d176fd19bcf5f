import { UserError } from "../errors.ts";
import { given } from "../given.ts";
import type { Source } from "../model-source.ts";
import type { SessionOptions } from "../ort.ts";
import type { ScoreOptions, TargetScore } from "../search/score.ts";
import type { Hypothesis } from "../search/hypothesis.ts";
import type { SearchOptions } from "../search/options.ts";
import { resolveSearchOptions } from "../search/settings.ts";
import { disposeEach, type Members } from "./members.ts";
import type { PredictGraphs } from "./predict-graph.ts";
import type { Steps } from "./steps.ts";
import type { StrokeGraphs } from "./stroke-graphs.ts";
import { servesWhole, WholeGraph } from "./whole-graph.ts";

type Sources = readonly Source[];
type Ids = readonly (readonly number[])[];

/** The sessions of a bundle, or of the members of an ensemble, each opened when it is first needed. Calls take turns outside of it. */
export class Graphs {
  readonly #members: Members;
  readonly #options: SessionOptions;
  #whole: WholeGraph | undefined;
  #steps: Steps | undefined;
  #predict: PredictGraphs | undefined;
  #strokes: StrokeGraphs | undefined;

  private constructor(members: Members, options: SessionOptions) {
    this.#members = members;
    this.#options = options;
  }

  /** Opens what the first answer will need, so that a graph that cannot be used is noticed now. @throws UserError, also for members that differ */
  static async open(bundle: Members[0], options: SessionOptions, others: readonly Members[0][] = []): Promise<Graphs> {
    const members: Members = [bundle, ...others];
    if (others.length > 0) (await import("./like-members.ts")).requireLikeMembers(members);
    const graphs = new Graphs(members, options);
    const { kind } = bundle.manifest.model.output;
    if (kind === "strokes") await graphs.strokes();
    else if (kind !== "tokens") await graphs.predict();
    else if (graphs.#prefersWhole) await graphs.#openWhole();
    else await graphs.#openSteps();
    return graphs;
  }

  /** @throws UserError as `search`, and for options that need the graphs of single steps where there are none */
  async search(sources: Sources, options: SearchOptions): Promise<Hypothesis[][]> {
    const settings = resolveSearchOptions(options, given(this.#members[0].manifest.target, "target tokens").size);
    const plain = options.onToken === undefined && options.prefixes === undefined;
    if (this.#prefersWhole && plain && servesWhole(settings)) return (await this.#openWhole()).search(sources, settings, options);
    return (await this.#openSteps()).search(sources, options);
  }

  /** @throws UserError as `scoreTargets`, and where there are no graphs of single steps */
  async score(sources: Sources, targets: Ids, options: ScoreOptions): Promise<TargetScore[]> {
    return (await this.#openSteps()).score(sources, targets, options);
  }

  /** What answers at once. */
  async predict(): Promise<PredictGraphs> {
    this.#predict ??= await (await import("./predict-graph.ts")).PredictGraphs.open(this.#members, this.#options);
    return this.#predict;
  }

  /** What draws. */
  async strokes(): Promise<StrokeGraphs> {
    this.#strokes ??= await (await import("./stroke-graphs.ts")).StrokeGraphs.open(this.#members[0], this.#options);
    return this.#strokes;
  }

  /** All of them, also where one fails. */
  async dispose(): Promise<void> {
    await disposeEach([this.#whole, this.#steps, this.#predict, this.#strokes].filter((graphs) => graphs !== undefined));
  }

  /**
   * On the CPU, native or wasm, the whole search in one run is faster, since a run costs more than a step (docs/performance.md). On a GPU it is not:
   * the loop would run on the CPU, with copies of all that its steps exchange.
   */
  get #prefersWhole(): boolean {
    const [bundle, ...others] = this.#members;
    const { generate, decoder } = bundle.variant.graphs;
    const { provider } = this.#options;
    return others.length === 0 && generate !== undefined && (decoder === undefined || provider === "cpu" || provider === "wasm");
  }

  async #openWhole(): Promise<WholeGraph> {
    const [bundle] = this.#members;
    const { generate } = bundle.variant.graphs;
    if (generate === undefined) throw new Error("the bundle has no graph that generates");
    this.#whole ??= await WholeGraph.open(bundle, generate, this.#options);
    return this.#whole;
  }

  async #openSteps(): Promise<Steps> {
    const { variant, files } = this.#members[0];
    if (variant.graphs.decoder === undefined) {
      throw new UserError(
        `${files.locate(variant.graphs.generate?.file ?? "")}: a model in one file generates with maxLength, beams, nBest and lengthPenalty alone; ` +
          "for streaming, scores of given targets, ensembles and other options export it as a folder",
      );
    }
    // Pages whose models have generate.onnx may never need it.
    this.#steps ??= await (await import("./steps.ts")).openSteps(this.#members, this.#options);
    return this.#steps;
  }
}
