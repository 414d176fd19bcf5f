import { createServer } from "node:net";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { raw } from "./support/server.ts";
import { listensOnLoopback } from "../src/serve/hosts.ts";
import { listen } from "../src/serve/listen.ts";
import { RateLimit } from "../src/serve/rate-limit.ts";

describe("RateLimit", () => {
  it("never lets more through than the bucket and what has flown in", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.array(fc.nat(20_000), { maxLength: 300 }), (perMinute, pauses) => {
        let now = 0;
        const limit = new RateLimit(perMinute, () => now);
        let passed = 0;
        for (const pause of pauses) {
          now += pause;
          if (limit.take("192.0.2.1") === 0) passed += 1;
        }
        expect(passed).toBeLessThanOrEqual(perMinute + (now * perMinute) / 60_000 + 1e-6);
      }),
    );
  });

  it("lets pass who waited as long as was said", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 50 }), (perMinute, times) => {
        let now = 0;
        const limit = new RateLimit(perMinute, () => now);
        for (let i = 0; i < perMinute + times; i++) {
          const wait = limit.take("a");
          if (wait === 0) continue;
          now += wait * 1000;
          expect(limit.take("a")).toBe(0);
        }
      }),
    );
  });

  it("counts a network of IPv6 and a mapped IPv4 address once", () => {
    const limit = new RateLimit(1, () => 0);
    expect([limit.take("2001:db8::1"), limit.take("2001:0db8:0:0:ffff::2"), limit.take("2001:db8:0:1::1")]).toEqual([0, 60, 0]);
    expect([limit.take("192.0.2.1"), limit.take("::ffff:192.0.2.1"), limit.take("::1"), limit.take("::2")]).toEqual([0, 60, 0, 60]);
  });

  it("remembers a bounded number of clients, those of late", () => {
    const limit = new RateLimit(1, () => 0);
    for (let i = 0; i < 20_000; i++) limit.take(`client ${i}`);
    expect(limit.clients).toBe(10_000);
    expect([limit.take("client 19999"), limit.take("client 0")]).toEqual([60, 0]);
  });

  it("lets everybody through at 0", () => {
    const limit = new RateLimit(0);
    for (let i = 0; i < 1000; i++) expect(limit.take("a")).toBe(0);
  });
});

describe("listensOnLoopback", () => {
  it("knows this machine's own addresses and names", async () => {
    for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"]) expect(await listensOnLoopback(host), host).toBe(true);
    for (const host of ["0.0.0.0", "::", "192.0.2.1", "nothing.invalid"]) expect(await listensOnLoopback(host), host).toBe(false);
  });
});

describe("listen", () => {
  const handler = () => undefined;

  it("says what to do where an address cannot be had", async () => {
    const { address, close } = await listen(handler, "127.0.0.1", 0);
    await expect(listen(handler, "127.0.0.1", address.port)).rejects.toThrow(
      `127.0.0.1 port ${address.port} is in use already: choose another --port, or 0 for any free one`,
    );
    await close(0);
    await expect(listen(handler, "203.0.113.1", 0)).rejects.toThrow("is no address of this machine: choose another --host");
  });

  it("cuts off who sends a request drop by drop", async () => {
    const timeouts = { requestTimeout: 100, headersTimeout: 100, connectionsCheckingInterval: 20 };
    const { address, close } = await listen((request) => request.resume(), "127.0.0.1", 0, timeouts);
    expect(await raw(address.port, "GET / HTTP/1.1\r\nHost: local")).toMatch(/^HTTP\/1.1 408/);
    expect(await raw(address.port, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n123")).toMatch(/^HTTP\/1.1 408/);
    await close(0);
  });

  it("gives the port back, also from a client that never ends its request", async () => {
    const { address, close } = await listen(handler, "127.0.0.1", 0);
    const hanging = fetch(`http://127.0.0.1:${address.port}/`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([expect(hanging).rejects.toThrow(), close(100)]);
    const again = createServer();
    await new Promise<void>((resolve) => again.listen(address.port, "127.0.0.1", resolve));
    again.close();
  });
});
