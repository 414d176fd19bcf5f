import type { ServerResponse } from "node:http";
import { HttpError } from "./http-error.ts";

/** Ends the work for a request when nobody waits for it any more: the client is gone, it took too long, or the server ends. */
export class Deadlines {
  readonly #seconds: number;
  readonly #open = new Set<AbortController>();

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** Runs work with a signal. What the signal's abort gave as its reason is thrown, whatever the work made of it. */
  async run<T>(response: ServerResponse, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const gone = () => controller.abort(new HttpError(499, "the client is gone"));
    const late = () => controller.abort(new HttpError(504, `this took longer than ${this.#seconds} seconds: send less at a time`));
    const timer = setTimeout(late, this.#seconds * 1000);
    response.on("close", gone);
    this.#open.add(controller);
    try {
      return await work(controller.signal);
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      clearTimeout(timer);
      response.off("close", gone);
      this.#open.delete(controller);
    }
  }

  /** Ends everything at work. */
  abort(): void {
    for (const controller of this.#open) controller.abort(new HttpError(503, "the server is ending"));
  }
}
