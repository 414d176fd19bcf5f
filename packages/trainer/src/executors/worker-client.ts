import { Worker } from "node:worker_threads";
import { UserError } from "@s2s/runtime";

/** As tests do; a thread, which Node starts, needs the built package, and must not inherit the flag that leads to the sources. */
const FROM_SOURCES = import.meta.url.endsWith(".ts");

/** An error as it crosses threads, which keep neither class nor name of one. */
export type Failure = Pick<Error, "name" | "message" | "stack">;

/** What a worker posts: its readiness, or the answer to the request at hand. */
export type WorkerMessage = { readonly value: unknown } | { readonly failure: Failure };

/** A worker that answers one request at a time. */
export class WorkerClient<Request> {
  readonly #worker: Worker;
  #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void } | null = null;
  #dead: Error | null = null;
  #settled: Promise<unknown> = Promise.resolve();

  private constructor(file: URL, workerData: unknown) {
    this.#worker = new Worker(file, { workerData, ...(FROM_SOURCES && { execArgv: [] }) });
    this.#worker.on("message", (message: WorkerMessage) => this.#settle(message));
    this.#worker.on("messageerror", (error) => this.#fail(error));
    this.#worker.on("error", (error) => this.#fail(asThrown(error as Error)));
    this.#worker.on("exit", (code) => this.#fail(new Error(`a training worker ended with code ${code}`)));
  }

  /** Starts a worker and waits until it is ready. @throws what the worker's start threw */
  static async start<Request>(file: URL, workerData: unknown): Promise<WorkerClient<Request>> {
    const client = new WorkerClient<Request>(file, workerData);
    try {
      await client.#answer();
    } catch (error) {
      await client.close();
      throw error;
    }
    return client;
  }

  /** @throws what the worker threw, or Error where it ended, was closed or is busy */
  async request(request: Request): Promise<unknown> {
    if (this.#dead) throw this.#dead;
    if (this.#waiting) throw new Error("a training worker was asked while it was busy");
    this.#worker.postMessage(request);
    return this.#answer();
  }

  /** Ends the worker once the request at hand is answered: a thread that is stopped inside native code takes the process along. */
  async close(): Promise<void> {
    this.#dead ??= new Error("the training worker is closed");
    await this.#settled;
    await this.#worker.terminate();
  }

  #answer(): Promise<unknown> {
    const answer = new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    this.#settled = answer.catch(() => undefined);
    return answer;
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

function revive({ name, message, stack }: Failure): Error {
  return asThrown(Object.assign(new Error(message), { name, stack }));
}

/** A user's mistake gets its class back; anything else stays as it came, with its code (out of memory). */
const asThrown = (error: Error): Error => (error.name === "UserError" ? new UserError(error.message) : error);

/** The file of a worker beside this one. */
export function workerFile(name: string): URL {
  return new URL(FROM_SOURCES ? `../../dist/executors/${name}.js` : `./${name}.js`, import.meta.url);
}
