import type { IncomingMessage, ServerResponse } from "node:http";
import type { Generation } from "@s2s/runtime";
import { Admission } from "./admission.ts";
import { readJson } from "./body.ts";
import { Deadlines } from "./deadline.ts";
import { EventStream, wantsEvents } from "./events.ts";
import { readGenerateRequest, type GenerateRequest, type RequestLimits } from "./generate-request.ts";
import { HttpError } from "./http-error.ts";
import { type PredictRequest, readPredictRequest } from "./predict-request.ts";
import { RateLimit } from "./rate-limit.ts";
import { sendJson } from "./respond.ts";
import type { ServedModel, ServedOptions } from "./served-model.ts";

export interface ApiLimits extends RequestLimits {
  readonly maxBody: number;
  /** Requests a minute from one client; 0: any number. */
  readonly rate: number;
  /** Requests that wait while one is worked on. */
  readonly queue: number;
  /** Seconds for a request's work, waiting included. */
  readonly timeout: number;
}

/** The HTTP API over a model: `POST /generate`, `POST /predict` and `GET /health`. */
export class Api {
  readonly #model: ServedModel;
  readonly #limits: ApiLimits;
  readonly #clients: RateLimit;
  readonly #admission: Admission;
  readonly #deadlines: Deadlines;
  readonly #begun = performance.now();
  #ending = false;

  constructor(model: ServedModel, limits: ApiLimits) {
    this.#model = model;
    this.#limits = limits;
    this.#clients = new RateLimit(limits.rate);
    this.#admission = new Admission(limits.queue);
    this.#deadlines = new Deadlines(limits.timeout);
  }

  /** Answers one text with a Generation or, as they are decided, with its tokens; several texts with `{"answers": [...]}`. */
  async generate(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { kind } = this.#model.manifest.model.input;
    const wanted = readGenerateRequest(await this.#read(request), kind, wantsEvents(request.headers.accept), this.#limits);
    await this.#admission.admit(() => this.#deadlines.run(response, (signal) => this.#answer(wanted, response, signal)));
  }

  /** Answers one input of any task with a Prediction, several with `{"answers": [...]}`. */
  async predict(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wanted = readPredictRequest(await this.#read(request), this.#model.manifest.model.input.kind, this.#limits);
    await this.#admission.admit(() => this.#deadlines.run(response, (signal) => this.#predict(wanted, response, signal)));
  }

  /** Says whether the model answers, which it does while it works: that happens in another thread. */
  health(_request: IncomingMessage, response: ServerResponse): void {
    const { manifest, device, precision } = this.#model;
    const model = { task: manifest.task, precision, createdBy: manifest.training.createdBy };
    const uptime = Math.round((performance.now() - this.#begun) / 1000);
    const status = this.#ending ? "ending" : "ok";
    sendJson(response, this.#ending ? 503 : 200, { status, model, device, uptime, requests: this.#admission.inside });
  }

  /** From now on `health` says that the server ends. */
  announceEnd(): void {
    this.#ending = true;
  }

  /** Ends the work at hand. */
  abort(): void {
    this.#deadlines.abort();
  }

  /** The body, of a client that may ask. */
  async #read(request: IncomingMessage): Promise<unknown> {
    const wait = this.#clients.take(request.socket.remoteAddress ?? "");
    if (wait > 0) throw new HttpError(429, `too many requests: try again in ${wait} s`, { "Retry-After": String(wait) });
    return readJson(request, this.#limits.maxBody);
  }

  async #predict({ inputs, many, options }: PredictRequest, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const answers = await refusing(this.#model.predictAll(inputs, { ...options, signal }));
    if (many) return sendJson(response, 200, { answers });
    const [answer] = answers as [object];
    if ("error" in answer) throw new HttpError(400, String(answer.error));
    sendJson(response, 200, answer);
  }

  async #answer(wanted: GenerateRequest, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const options = { ...wanted.options, signal };
    if ("texts" in wanted) {
      const answers = await refusing(this.#model.generate(wanted.texts, options));
      sendJson(response, 200, { answers });
    } else if (wanted.stream) await this.#stream(wanted.text, options, response);
    else sendJson(response, 200, await refusing(this.#model.generate(wanted.text, options)));
  }

  /** The first piece is waited for before the answer begins, so that what cannot be answered has a status that says so. */
  async #stream(text: string, options: ServedOptions, response: ServerResponse): Promise<void> {
    const pieces = this.#model.stream(text, options)[Symbol.asyncIterator]();
    let piece = await refusing(pieces.next());
    const events = new EventStream(response, options.signal);
    try {
      let result: Generation | undefined;
      for (; !piece.done; piece = await pieces.next()) {
        const { result: whole, ...token } = piece.value;
        if (token.tokens.length > 0) await events.send("token", token);
        result = whole ?? result;
      }
      if (result === undefined) throw new Error("the stream ended without a result");
      await events.send("result", result);
    } catch (error) {
      const reason: unknown = options.signal.aborted ? options.signal.reason : error;
      await events.send("error", { error: reason instanceof HttpError ? reason.message : "internal error; the server's log says more" });
      throw error;
    } finally {
      events.end();
    }
  }
}

/** What the model refuses is the client's mistake. By name: the error may come from another thread. */
async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && error.name === "UserError") throw new HttpError(400, error.message, {});
    throw error;
  }
}
