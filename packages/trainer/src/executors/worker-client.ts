import { Worker } from "node:worker_threads";
import { UserError } from "@s2s/runtime";

export interface Failure {
  readonly message: string;
  readonly stack?: string;
  /** "user" for a user's mistake, else the error's name. */
  readonly kind: string;
}

/** What a worker posts: its readiness, or the answer to the request at hand. */
export type WorkerMessage = { readonly value: unknown } | { readonly failure: Failure };

/** A worker that answers one request at a time. */
export class WorkerClient<Request> {
  readonly #worker: Worker;
  #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void } | null = null;
  #dead: Error | null = null;

  private constructor(file: URL, workerData: unknown) {
    this.#worker = new Worker(file, { workerData });
    this.#worker.on("message", (message: WorkerMessage) => this.#settle(message));
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", (code) => this.#fail(new Error(`a training worker ended with code ${code}`)));
  }

  /** Starts a worker and waits until it is ready. */
  static async start<Request>(file: URL, workerData: unknown): Promise<WorkerClient<Request>> {
    const client = new WorkerClient<Request>(file, workerData);
    await client.#answer();
    return client;
  }

  async request(request: Request): Promise<unknown> {
    if (this.#dead) throw this.#dead;
    if (this.#waiting) throw new Error("a training worker was asked while it was busy");
    this.#worker.postMessage(request);
    return this.#answer();
  }

  async close(): Promise<void> {
    this.#dead ??= new Error("the training worker is closed");
    await this.#worker.terminate();
  }

  #answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#dead) reject(this.#dead);
      else this.#waiting = { resolve, reject };
    });
  }

  #settle(message: WorkerMessage): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if ("value" in message) waiting?.resolve(message.value);
    else waiting?.reject(revive(message.failure));
  }

  #fail(error: Error): void {
    this.#dead ??= error;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(this.#dead);
  }
}

function revive({ message, stack, kind }: Failure): Error {
  if (kind === "user") return new UserError(message);
  const error = new Error(message);
  error.name = kind;
  if (stack) error.stack = stack;
  return error;
}

/** A worker's file: tests run from sources, and a worker needs the built one. */
export function workerFile(name: string, from: string): URL {
  return from.endsWith(".ts") ? new URL(`../../dist/executors/${name}.js`, from) : new URL(`./${name}.js`, from);
}
