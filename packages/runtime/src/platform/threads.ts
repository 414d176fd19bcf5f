import type { Channel } from "../worker/protocol.ts";

/**
 * How a model gets a thread of its own: what differs between Node and a browser for the caller's side, `#threads`. Workers start none, so that it is
 * apart from `Platform`.
 */
export interface Threads {
  /**
   * Starts a worker and waits until it is there.
   * @param address in a page: a file of its own origin to start it from
   * @throws Error that says why none can be started here, UserError for an address where none is needed
   */
  startWorker(address?: string | URL): Promise<StartedWorker>;
}

export interface StartedWorker {
  readonly channel: Channel;
  /** In words, of what it was made. */
  readonly origin: string;
}
