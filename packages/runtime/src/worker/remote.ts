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
} from "../engine/service.ts";
import type { PredictData, Prediction } from "../predict/prediction.ts";
import { toError } from "./failure.ts";
import type { Channel, Reply, Request } from "./protocol.ts";

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onEvent: ((event: unknown) => void) | undefined;
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: never) => void) | undefined;
}

/** A model in a worker, as its caller sees it. */
export class Remote implements Service {
  readonly #channel: Channel;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #ended: Error | undefined;
  #info: ModelInfo | undefined;

  private constructor(channel: Channel) {
    this.#channel = channel;
    channel.setBusy(false);
    channel.listen(
      (reply) => this.#settle(reply),
      (error) => this.#end(error),
    );
  }

  /** Opens a model in a worker of its own. Where that fails the worker is ended. */
  static async open(channel: Channel, request: OpenRequest, { signal, onProgress }: Following = {}): Promise<Remote> {
    const remote = new Remote(channel);
    try {
      remote.#info = (await remote.#call("open", [request], { signal, onEvent: onProgress })) as ModelInfo;
      return remote;
    } catch (error) {
      await channel.close();
      throw error;
    }
  }

  get info(): ModelInfo {
    if (this.#info === undefined) throw new Error("the model is not open");
    return this.#info;
  }

  async generate(inputs: readonly unknown[], options: GenerateData, signal?: AbortSignal): Promise<Answer[]> {
    return (await this.#call("generate", [inputs, options], { signal })) as Answer[];
  }

  async stream(input: unknown, options: GenerateData, onEvent: (piece: Piece) => void, signal?: AbortSignal): Promise<Answer> {
    return (await this.#call("stream", [input, options], { signal, onEvent })) as Answer;
  }

  async score(pairs: readonly Pair[], options: ScoreData, signal?: AbortSignal): Promise<(Score | Refusal)[]> {
    return (await this.#call("score", [pairs, options], { signal })) as (Score | Refusal)[];
  }

  async predict(inputs: readonly unknown[], options: PredictData, signal?: AbortSignal): Promise<(Prediction | Refusal)[]> {
    return (await this.#call("predict", [inputs, options], { signal })) as (Prediction | Refusal)[];
  }

  async dispose(): Promise<void> {
    try {
      if (this.#ended === undefined) await this.#call("dispose", []);
    } finally {
      this.#ended ??= new Error("the model's worker was ended");
      await this.#channel.close();
    }
  }

  async #call(
    method: Extract<Request, { method: string }>["method"],
    args: readonly unknown[],
    options: CallOptions = {},
  ): Promise<unknown> {
    const { signal, onEvent } = options;
    signal?.throwIfAborted();
    if (this.#ended) throw this.#ended;
    const id = this.#calls++;
    const abort = (): void => this.#channel.post({ abort: id });
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, onEvent: onEvent as Waiting["onEvent"] });
    });
    signal?.addEventListener("abort", abort);
    try {
      this.#channel.setBusy(true);
      this.#channel.post({ id, method, args });
      return await answer;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#channel.setBusy(false);
    }
  }

  #settle(reply: Reply): void {
    if ("ready" in reply) return;
    const waiting = this.#waiting.get(reply.id);
    if ("event" in reply) waiting?.onEvent?.(reply.event);
    else if ("value" in reply) waiting?.resolve(reply.value);
    else waiting?.reject(toError(reply.failure));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
  }
}
