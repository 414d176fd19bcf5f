import type { Bundle } from "./bundle.ts";
import { given } from "./given.ts";
import { ATTENTION, LOGITS, TOKEN } from "./graph-forms.ts";
import type { Source } from "./model-source.ts";
import { Tensor, type SessionOptions } from "./ort.ts";
import { StepGraphs, type States } from "./step-graphs.ts";
import type { DecoderStep, StepModel } from "./step-model.ts";

export type { States } from "./step-graphs.ts";

/** What generates tokens: encoder and decoder of a bundle, ready to run. Dispose of it: sessions that are not released leak. */
export class Seq2Seq implements StepModel<States> {
  readonly vocabularySize: number;
  readonly #graphs: StepGraphs;

  private constructor(graphs: StepGraphs, vocabularySize: number) {
    this.#graphs = graphs;
    this.vocabularySize = vocabularySize;
  }

  /** @throws UserError for a model that gives no tokens, and as `StepGraphs.open` */
  static async open(bundle: Bundle, options: SessionOptions = {}): Promise<Seq2Seq> {
    const { size } = given(bundle.manifest.target, "target tokens");
    return new Seq2Seq(await StepGraphs.open(bundle, options), size);
  }

  async start(sources: readonly Source[]): Promise<{ readonly states: States }> {
    return { states: await this.#graphs.start(sources) };
  }

  async step(tokens: Int32Array, before: States): Promise<DecoderStep<States>> {
    const { outputs, states } = await this.#graphs.step({ [TOKEN]: new Tensor("int32", tokens, [tokens.length]) }, before);
    return { logits: outputs[LOGITS]?.data as Float32Array, states, attention: outputs[ATTENTION]?.data as Float32Array | undefined };
  }

  select(states: States, rows: readonly number[]): States {
    return this.#graphs.select(states, rows);
  }

  async dispose(): Promise<void> {
    await this.#graphs.dispose();
  }
}
