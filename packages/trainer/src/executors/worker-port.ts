import type { MessagePort } from "node:worker_threads";
import { UserError } from "@s2s/runtime";
import type { Failure, WorkerMessage } from "./worker-client.ts";

/** The worker's side of a `WorkerClient`: says that it is ready, then answers each request. */
export function answerRequests<Request>(port: MessagePort, answer: (request: Request) => Promise<unknown>): void {
  const post = (message: WorkerMessage): void => port.postMessage(message);
  port.on("message", (request: Request) => {
    answer(request).then(
      (value) => post({ value }),
      (error: unknown) => post({ failure: failureOf(error) }),
    );
  });
  post({ value: null });
}

const failureOf = (error: unknown): Failure => ({
  message: error instanceof Error ? error.message : String(error),
  ...(error instanceof Error && error.stack ? { stack: error.stack } : {}),
  kind: error instanceof UserError ? "user" : error instanceof Error ? error.name : "Error",
});
