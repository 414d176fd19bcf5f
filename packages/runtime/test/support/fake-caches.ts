/** The part of the browser's Cache API that is used, kept in a Map; Node has none. */
export class FakeCaches {
  readonly caches = new Map<string, Map<string, Response>>();

  async open(name: string): Promise<Pick<Cache, "match" | "put" | "delete" | "keys">> {
    const entries = this.caches.get(name) ?? new Map<string, Response>();
    this.caches.set(name, entries);
    // As browsers do, with the fragment left out.
    const keyOf = (request: RequestInfo | URL): string => {
      const url = new URL(request instanceof Request ? request.url : request);
      if (!/^https?:$/.test(url.protocol)) throw new TypeError("Request scheme is unsupported");
      url.hash = "";
      return url.href;
    };
    return {
      match: async (request) => entries.get(keyOf(request))?.clone(),
      put: async (request, response) => {
        const copy = new Response(await response.arrayBuffer(), { headers: response.headers });
        entries.set(keyOf(request), copy);
      },
      delete: async (request) => entries.delete(keyOf(request)),
      keys: async () => [...entries.keys()].map((url) => new Request(url)),
    };
  }

  /** Every key, with the name of its cache before it. */
  keys(): string[] {
    return [...this.caches].flatMap(([name, entries]) => [...entries.keys()].map((key) => `${name} ${key}`)).sort();
  }
}
