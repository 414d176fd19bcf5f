import type { Calls, Event, Method, Reply } from "./protocol.ts";

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  readonly onEvent: ((event: Event) => void) | undefined;
}

/** The page's end of the connection to its worker. */
export class Client {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => this.#settle(data));
    worker.addEventListener("error", (event) => {
      const error = new Error(
        `the worker could not be started or failed${event.message ? ` (${event.message})` : ""}; load the page again`,
      );
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  call<M extends Method>(method: M, args: Calls[M]["args"], onEvent?: (event: Event) => void): Promise<Calls[M]["value"]> {
    return new Promise((resolve, reject) => {
      const id = this.#calls++;
      this.#waiting.set(id, { resolve, reject, onEvent });
      this.#worker.postMessage({ id, method, args });
    });
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    if ("event" in reply) {
      waiting?.onEvent?.(reply.event);
      return;
    }
    this.#waiting.delete(reply.id);
    if ("error" in reply) waiting?.reject(new Error(reply.error));
    else waiting?.resolve(reply.value as never);
  }
}
