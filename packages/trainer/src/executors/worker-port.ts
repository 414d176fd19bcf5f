import type { MessagePort } from "node:worker_threads";
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

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, stack } = error;
  return { name, message, ...(stack !== undefined && { stack }) };
}
