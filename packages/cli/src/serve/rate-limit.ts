import { isIPv6 } from "node:net";

/** Addresses that are remembered; the one not seen for longest is forgotten first. */
const MAX_CLIENTS = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * A token bucket for each client: it holds `perMinute` requests at most and fills evenly, so that many a minute pass, at once or spread.
 * Memory is bounded; forgetting a client gives it a full bucket, which takes as many others as are remembered.
 */
export class RateLimit {
  readonly #perMinute: number;
  readonly #now: () => number;
  /** In the order of their last requests. */
  readonly #buckets = new Map<string, Bucket>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Takes one request of a client. Returns 0 where it may pass, else the whole seconds until the next one may. */
  take(address: string): number {
    if (this.#perMinute === 0) return 0;
    const client = clientOf(address);
    const now = this.#now();
    const known = this.#buckets.get(client);
    const perMs = this.#perMinute / 60_000;
    const tokens = known ? Math.min(this.#perMinute, known.tokens + (now - known.at) * perMs) : this.#perMinute;
    const passes = tokens >= 1;
    this.#buckets.delete(client);
    this.#buckets.set(client, { tokens: passes ? tokens - 1 : tokens, at: now });
    this.#forget();
    return passes ? 0 : Math.max(1, Math.ceil((1 - tokens) / perMs / 1000));
  }

  /** Clients that are remembered. */
  get clients(): number {
    return this.#buckets.size;
  }

  #forget(): void {
    for (const client of this.#buckets.keys()) {
      if (this.#buckets.size <= MAX_CLIENTS) return;
      this.#buckets.delete(client);
    }
  }
}

/** One subscriber commonly has 2^64 addresses of IPv6: the network counts there. IPv4 inside of IPv6 is IPv4. */
function clientOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  return isIPv6(plain) ? networkOf(plain) : plain;
}

/** The first four groups, with those that `::` stands for. */
function networkOf(address: string): string {
  const [head = "", tail] = address.split("::");
  const groups = (part: string | undefined) => (part ? part.split(":") : []);
  const missing = tail === undefined ? 0 : Math.max(0, 8 - groups(head).length - groups(tail).length);
  const all = [...groups(head), ...Array<string>(missing).fill("0"), ...groups(tail)];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
