import { HttpError } from "./http-error.ts";

/** Lets so many requests in at a time: one is worked on, the others wait inside the model. */
export class Admission {
  readonly #most: number;
  #inside = 0;

  /** @param queue requests that may wait while one is worked on */
  constructor(queue: number) {
    this.#most = queue + 1;
  }

  /** Requests let in that have not left. */
  get inside(): number {
    return this.#inside;
  }

  /** Does the work. @throws HttpError 503 where too many wait already */
  async admit<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.#most) throw new HttpError(503, "too many requests wait already: try again soon", { "Retry-After": "1" });
    this.#inside += 1;
    try {
      return await work();
    } finally {
      this.#inside -= 1;
    }
  }
}
