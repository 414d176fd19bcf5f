import { platform } from "#platform";
import { UserError } from "../errors.ts";
import { inputReader } from "../predict/inputs/index.ts";
import type { PredictingModel } from "../predict/predict.ts";
import type { PredictData, Prediction } from "../predict/prediction.ts";
import { Queue } from "../queue.ts";
import type { Interruption } from "../search/options.ts";
import { openEngine, type Opened } from "./open.ts";
import type {
  Answer,
  Following,
  GenerateData,
  ModelInfo,
  OpenRequest,
  Pair,
  Piece,
  Refusal,
  Score,
  ScoreData,
  Service,
} from "./service.ts";
import { Texts } from "./texts.ts";
import { TokenAnswers } from "./tokens.ts";

/** A bundle that answers, in the thread that opened it. Dispose of it: its sessions live outside of JavaScript's memory. */
export class Engine implements Service {
  readonly info: ModelInfo;
  readonly #model: PredictingModel;
  readonly #queue = new Queue();

  private constructor({ device }: Opened, model: PredictingModel) {
    const { bundle } = model;
    this.info = { manifest: bundle.manifest, device, precision: bundle.variant.precision };
    this.#model = model;
  }

  /** @throws UserError for a bundle that cannot be used or a device that is not there */
  static async open(request: OpenRequest, following: Following = {}): Promise<Engine> {
    const opened = await openEngine(request, following);
    const { bundle, graphs } = opened;
    const texts = new Texts(bundle);
    return new Engine(opened, { bundle, graphs, texts, read: await inputReader(bundle.manifest, texts) });
  }

  async generate(inputs: readonly unknown[], data: GenerateData, signal?: AbortSignal): Promise<Answer[]> {
    return this.#inTurn(signal, (interruption) => this.#tokens().generate(inputs, data, interruption));
  }

  async stream(input: unknown, data: GenerateData, onPiece: (piece: Piece) => void, signal?: AbortSignal): Promise<Answer> {
    return this.#inTurn(signal, (interruption) => this.#tokens().stream(input, data, onPiece, interruption));
  }

  async score(pairs: readonly Pair[], data: ScoreData, signal?: AbortSignal): Promise<(Score | Refusal)[]> {
    return this.#inTurn(signal, (interruption) => this.#tokens().score(pairs, data, interruption));
  }

  async predict(inputs: readonly unknown[], data: PredictData, signal?: AbortSignal): Promise<(Prediction | Refusal)[]> {
    const { kind } = this.info.manifest.model.output;
    return this.#inTurn(signal, async (interruption) => {
      if (kind === "tokens") return this.#tokens().generate(inputs, data, interruption);
      // Most pages have models that give texts.
      const { PREDICTS } = await import("../predict/index.ts");
      return PREDICTS[kind](this.#model, inputs, data, interruption);
    });
  }

  async dispose(): Promise<void> {
    await this.#queue.add(() => this.#model.graphs.dispose());
  }

  #tokens(): TokenAnswers {
    const { task, model } = this.info.manifest;
    if (model.output.kind === "tokens") return new TokenAnswers(this.#model);
    throw new UserError(`this model generates no text: it is made for the task ${task}; use predict`);
  }

  async #inTurn<T>(signal: AbortSignal | undefined, work: (interruption: Interruption) => Promise<T>): Promise<T> {
    return this.#queue.add(async () => {
      signal?.throwIfAborted();
      return work({ signal, pause: platform.pause });
    });
  }
}
