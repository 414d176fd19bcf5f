import type { Bundle } from "../bundle.ts";
import { UserError } from "../errors.ts";
import { given } from "../given.ts";
import type { SessionOptions } from "../ort.ts";
import type { ScoreOptions, TargetScore } from "../search/score.ts";
import type { Hypothesis } from "../search/hypothesis.ts";
import type { SearchOptions } from "../search/options.ts";
import { resolveSearchOptions } from "../search/settings.ts";
import type { Steps } from "./steps.ts";
import { servesWhole, WholeGraph } from "./whole-graph.ts";

type Ids = readonly (readonly number[])[];

/** The sessions of a bundle, each opened when it is first needed. Calls take turns outside of it. */
export class Graphs {
  readonly #bundle: Bundle;
  readonly #options: SessionOptions;
  #whole: WholeGraph | undefined;
  #steps: Steps | undefined;

  private constructor(bundle: Bundle, options: SessionOptions) {
    this.#bundle = bundle;
    this.#options = options;
  }

  /** Opens what the first answer will need, so that a graph that cannot be used is noticed now. @throws UserError */
  static async open(bundle: Bundle, options: SessionOptions): Promise<Graphs> {
    const graphs = new Graphs(bundle, options);
    if (graphs.#prefersWhole) await graphs.#openWhole();
    else await graphs.#openSteps();
    return graphs;
  }

  /** @throws UserError as `search`, and for options that need the graphs of single steps where there are none */
  async search(sources: Ids, options: SearchOptions): Promise<Hypothesis[][]> {
    const settings = resolveSearchOptions(options, given(this.#bundle.manifest.target, "target tokens").size);
    if (this.#prefersWhole && servesWhole(settings) && options.onToken === undefined)
      return (await this.#openWhole()).search(sources, settings, options);
    return (await this.#openSteps()).search(sources, options);
  }

  /** @throws UserError as `scoreTargets`, and where there are no graphs of single steps */
  async score(sources: Ids, targets: Ids, options: ScoreOptions): Promise<TargetScore[]> {
    return (await this.#openSteps()).score(sources, targets, options);
  }

  async dispose(): Promise<void> {
    try {
      await this.#whole?.dispose();
    } finally {
      await this.#steps?.dispose();
    }
  }

  /**
   * On the CPU, native or wasm, the whole search in one run is faster, since a run costs more than a step (docs/performance.md). On a GPU it is not:
   * the loop would run on the CPU, with copies of all that its steps exchange.
   */
  get #prefersWhole(): boolean {
    const { generate, decoder } = this.#bundle.variant.graphs;
    const { provider } = this.#options;
    return generate !== undefined && (decoder === undefined || provider === "cpu" || provider === "wasm");
  }

  async #openWhole(): Promise<WholeGraph> {
    const { generate } = this.#bundle.variant.graphs;
    if (generate === undefined) throw new Error("the bundle has no graph that generates");
    this.#whole ??= await WholeGraph.open(this.#bundle, generate, this.#options);
    return this.#whole;
  }

  async #openSteps(): Promise<Steps> {
    const { variant, files } = this.#bundle;
    if (variant.graphs.decoder === undefined) {
      throw new UserError(
        `${files.locate(variant.graphs.generate?.file ?? "")}: a model in one file generates with maxLength, beams, nBest and lengthPenalty alone; ` +
          "for streaming, scores of given targets and other options export it as a folder",
      );
    }
    if (this.#steps === undefined) {
      // Pages whose models have generate.onnx may never need it.
      const { Steps } = await import("./steps.ts");
      this.#steps = await Steps.open(this.#bundle, this.#options);
    }
    return this.#steps;
  }
}
