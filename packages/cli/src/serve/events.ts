import type { ServerResponse } from "node:http";

/** Whether a request asks for server-sent events by its `Accept`. */
export const wantsEvents = (accept: string | undefined): boolean => /(^|[,\s])text\/event-stream\b/i.test(accept ?? "");

/** A stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #signal: AbortSignal;

  /** @param signal once it is aborted, nothing waits for the client any more */
  constructor(response: ServerResponse, signal: AbortSignal) {
    this.#response = response;
    this.#signal = signal;
    response.writeHead(200, {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-store",
      // Proxies that collect a whole answer first would undo the streaming (nginx).
      "X-Accel-Buffering": "no",
    });
    response.flushHeaders();
  }

  /** Sends an event, and waits where the client reads slower than the model writes. */
  async send(event: "token" | "result" | "error", data: object): Promise<void> {
    // JSON has no line ends, so one `data` line holds it.
    const taken = this.#response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (!taken && !this.#response.destroyed && !this.#signal.aborted) await drained(this.#response, this.#signal);
  }

  end(): void {
    this.#response.end();
  }
}

/** Until what was written is on its way, the client is gone, or nobody has the time to wait for it. */
function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
    signal.addEventListener("abort", done);
  });
}
