import { abandon, resetBarriers } from "./barrier.ts";
import { WorkerClient } from "./worker-client.ts";

/**
 * Workers that answer side by side and meet at barriers on the way. Where one fails, or its thread ends, those that wait for it give up,
 * so that nobody waits for ever.
 */
export class WorkerTeam<Request> {
  readonly #clients: readonly WorkerClient<Request>[];
  readonly #barriers: Int32Array<SharedArrayBuffer>;
  #busy = false;

  private constructor(clients: readonly WorkerClient<Request>[], barriers: Int32Array<SharedArrayBuffer>) {
    this.#clients = clients;
    this.#barriers = barriers;
  }

  /** Starts a worker for each of `workerData`: all, or none where one cannot start. @throws what the start of one threw */
  static async start<Request>(
    file: URL,
    workerData: readonly unknown[],
    barriers: Int32Array<SharedArrayBuffer>,
  ): Promise<WorkerTeam<Request>> {
    const starting = workerData.map((data) => WorkerClient.start<Request>(file, data));
    try {
      return new WorkerTeam(await settle(starting), barriers);
    } catch (error) {
      await Promise.allSettled(starting.map(async (client) => (await client).close()));
      throw error;
    }
  }

  /**
   * One request for each of the first workers; their answers, in the same order. Those that meet at a barrier must all be asked.
   * @throws what one of them threw, once all are idle again
   */
  async ask(requests: readonly Request[]): Promise<unknown[]> {
    if (this.#busy) throw new Error("the training workers were asked while they were busy");
    this.#busy = true;
    resetBarriers(this.#barriers);
    try {
      return await settle(requests.map((request, i) => this.#askOne(this.#clients[i], request)));
    } finally {
      this.#busy = false;
    }
  }

  /** Ends the workers, after the requests at hand. */
  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  async #askOne(client: WorkerClient<Request>, request: Request): Promise<unknown> {
    try {
      return await client.request(request);
    } catch (error) {
      abandon(this.#barriers);
      throw error;
    }
  }
}

/** Waits for all; of several errors it throws the one that tells the cause, not those of workers that gave up for it. */
async function settle<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  const reasons = settled.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  if (reasons.length > 0) throw reasons.find(({ name }) => name !== "AbandonedStep") ?? reasons[0];
  return settled.map((result) => (result as PromiseFulfilledResult<T>).value);
}
