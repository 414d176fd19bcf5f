import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ask, raw, startServer, type TestServer } from "./support/server.ts";

let folder: string;
let server: TestServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "s2s-serve-"));
  server = await startServer(folder);
});
afterEach(async () => {
  await server.close(0);
  await rm(folder, { recursive: true });
});

async function restart(...options: Parameters<typeof startServer> extends [string, ...infer R] ? R : never): Promise<void> {
  await server.close(0);
  server = await startServer(folder, ...options);
}

const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}/generate`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

async function refusal(body: unknown, headers?: Record<string, string>): Promise<[number, string]> {
  const response = await post(body, headers);
  const { error } = (await response.json()) as { error: string };
  expect(error).not.toContain("\n");
  return [response.status, error];
}

describe("POST /predict", () => {
  const predict = async (body: unknown): Promise<[number, unknown]> => {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(`${server.url}/predict`, { method: "POST", headers, body: JSON.stringify(body) });
    return [response.status, await response.json()];
  };
  const label = (input: unknown) => ({ label: JSON.stringify(input), probability: 1, labels: [] });

  it("answers one input, and several with a list, each refused by itself", async () => {
    expect(await predict({ input: "ab", topK: 2, bias: 1, replaceUnknown: true })).toEqual([200, label("ab")]);
    expect(server.model.calls[0]).toMatchObject({ topK: 2, bias: 1, replaceUnknown: true });
    expect(await predict({ inputs: ["a", "refuse"] })).toEqual([200, { answers: [label("a"), { error: "refused: too long" }] }]);
    expect(await predict({ input: "refuse" })).toEqual([400, { error: "refused: too long" }]);
  });

  it("takes pictures as base64 alone, so that no text is the path of a file", async () => {
    server.model.manifest.model.input.kind = "image";
    const png = Buffer.from("PNG").toString("base64");
    const bytes = label(new Uint8Array(Buffer.from("PNG")));
    expect(await predict({ inputs: [png, `data:image/png;base64,${png}`, [[[0]]]] })).toEqual([
      200,
      { answers: [bytes, bytes, label([[[0]]])] },
    ]);
    for (const path of ["/etc/passwd.png", "file:///etc/passwd", "../run/a.jpg"])
      expect(await predict({ input: path })).toEqual([400, { error: expect.stringMatching(/^a picture must be the base64 of/) }]);
    for (const body of [{ text: "/etc/passwd.png" }, { texts: ["/etc/passwd.png"] }, { text: "/etc/passwd.png", stream: true }])
      expect(await refusal(body)).toEqual([400, "this model reads no texts: POST its input to /predict"]);
    expect(server.model.calls).toHaveLength(1);
    server.model.manifest.model.input.kind = "frames";
    expect(await predict({ input: [png] })).toEqual([200, label([new Uint8Array(Buffer.from("PNG"))])]);
    expect((await predict({ input: ["/etc/passwd.png"] }))[0]).toBe(400);
  });

  it.each([
    [{}, /^give either "input" or "inputs"/],
    [{ input: 5 }, /^an input must be a text$/],
    [{ inputs: "a" }, /^inputs must be a list$/],
    [{ inputs: ["a", "a", "a", "a"] }, /^inputs may hold at most 3, not 4/],
    [{ input: "a", imputs: [] }, /^unknown option "imputs": did you mean inputs\?$/],
    [{ input: "a", maxLength: 51 }, /^maxLength must be a whole number from 1 to 50 here/],
  ])("says of %j what is wrong", async (body, message) => {
    expect(await predict(body)).toEqual([400, { error: expect.stringMatching(message) }]);
  });
});

describe("POST /generate", () => {
  it("answers one text with a Generation and several with a list", async () => {
    const one = await post({ text: "ab", beams: 4, nBest: 2, prefix: "A" });
    expect([one.status, await one.json()]).toMatchObject([200, { text: "AB", score: -0.5, tokens: ["A", "B"] }]);
    expect(server.model.calls[0]).toMatchObject({ beams: 4, nBest: 2, prefix: "A" });
    const several = await post({ texts: ["ab", "c"] });
    expect(await several.json()).toMatchObject({ answers: [{ text: "AB" }, { text: "C" }] });
    expect(one.headers.get("cache-control")).toBe("no-store");
    expect(one.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("says what is wrong with a request in one line", async () => {
    expect(await refusal("{")).toEqual([400, expect.stringContaining("not JSON")]);
    expect(await refusal([])).toEqual([400, expect.stringContaining("must be an object")]);
    expect(await refusal({})).toEqual([400, expect.stringContaining('"text"')]);
    expect(await refusal({ text: "a", texts: ["a"] })).toEqual([400, expect.stringContaining('"text"')]);
    expect(await refusal({ text: 1 })).toEqual([400, "text must be a text"]);
    expect(await refusal({ texts: "a" })).toEqual([400, "texts must be a list of texts"]);
    expect(await refusal({ texts: ["a", "b", "c", "d"] })).toEqual([400, expect.stringContaining("at most 3, not 4")]);
    expect(await refusal({ text: "a", beam: 4 })).toEqual([400, 'unknown option "beam": did you mean beams?']);
    expect(await refusal({ text: "a", bemas: 4 })).toEqual([400, 'unknown option "bemas": did you mean beams?']);
    expect(await refusal({ text: "a", signal: {} })).toEqual([400, expect.stringContaining("unknown option")]);
    expect(await refusal({ text: "a", beams: 0 })).toEqual([400, "beams must be a whole number from 1 to 4 here, not 0"]);
    expect(await refusal({ text: "a", beams: 5 })).toEqual([400, "beams must be a whole number from 1 to 4 here, not 5"]);
    expect(await refusal({ text: "a", maxLength: 51 })).toEqual([400, "maxLength must be a whole number from 1 to 50 here, not 51"]);
    expect(await refusal({ text: "a", nBest: "4" })).toEqual([400, 'nBest must be a whole number from 1 to 4 here, not "4"']);
    expect(await refusal({ text: "a", prefix: [5] })).toEqual([400, "prefix must be a text"]);
    expect(await refusal({ text: "a", stream: 1 })).toEqual([400, "stream must be true or false"]);
    expect(await refusal({ texts: ["a"], stream: true })).toEqual([400, expect.stringContaining('"text" instead')]);
    expect(await refusal('{"text":"a","__proto__":{"beams":2}}')).toEqual([
      400,
      expect.stringMatching(/^unknown option "__proto__": the options are text, texts, /),
    ]);
    expect(await refusal({ text: "refuse" })).toEqual([400, "the text has 9 tokens"]);
    expect(await refusal({ text: "refuse", stream: true })).toEqual([400, "the text has 9 tokens"]);
    expect(server.bugs).toEqual([]);
  });

  it("takes JSON alone, which a page of another origin cannot send without asking", async () => {
    expect(await refusal({ text: "a" }, { "Content-Type": "text/plain" })).toEqual([415, expect.stringContaining("application/json")]);
    expect(await refusal({ text: "a" }, { "Content-Encoding": "gzip" })).toEqual([415, expect.stringContaining("gzip")]);
    const bytes = await fetch(`${server.url}/generate`, {
      method: "POST",
      headers: { "Content-Type": "application/json; charset=utf-8" },
      body: Uint8Array.of(0x22, 0xff, 0x22),
    });
    expect([bytes.status, await bytes.json()]).toEqual([400, { error: "the body is not UTF-8 text" }]);
  });

  it("refuses a body that is too large, announced or not, and still answers the next request of the connection", async () => {
    const text = "x".repeat(2_000_000);
    expect(await refusal({ text })).toEqual([413, expect.stringContaining("at most 10000 bytes")]);
    const chunked = await ask(
      server.port,
      "/generate",
      "POST",
      { "Content-Type": "application/json", "Transfer-Encoding": "chunked" },
      text,
    );
    expect(chunked.status).toBe(413);
    expect((await post({ text: "a" })).status).toBe(200);
  });

  it("keeps what went wrong inside to itself", async () => {
    const [status, error] = await refusal({ text: "bug" });
    expect([status, error]).toEqual([500, expect.not.stringContaining("secret")]);
    expect(server.bugs).toEqual([expect.objectContaining({ message: "secret" })]);
  });

  it("gives a client that is too quick the time to wait", async () => {
    await restart({ rate: 2 });
    expect((await post({ text: "a" })).status).toBe(200);
    expect((await post({ text: "a" })).status).toBe(200);
    const third = await post({ text: "a" });
    expect([third.status, third.headers.get("retry-after")]).toEqual([429, "30"]);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });

  it("lets no more wait than the queue holds, and answers health meanwhile", async () => {
    const waiting = [1, 2, 3].map(() => post({ text: "wait" }));
    await vi.waitFor(async () => {
      const health = (await (await fetch(`${server.url}/health`)).json()) as { requests: number };
      expect(health.requests).toBe(3);
    });
    expect(await refusal({ text: "a" })).toEqual([503, expect.stringContaining("too many requests wait")]);
    server.api.abort();
    for (const response of await Promise.all(waiting)) expect(response.status).toBe(503);
    expect((await post({ text: "a" })).status).toBe(200);
  });

  it("gives up what takes too long, and what nobody waits for", async () => {
    await restart({ timeout: 0.05 });
    expect(await refusal({ text: "wait" })).toEqual([504, expect.stringContaining("longer than 0.05 seconds")]);
    await restart();
    const controller = new AbortController();
    const gone = fetch(`${server.url}/generate`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: '{"text":"wait"}',
      signal: controller.signal,
    });
    await vi.waitFor(() => expect(server.model.calls).toHaveLength(1));
    controller.abort();
    await expect(gone).rejects.toThrow();
    await vi.waitFor(() => expect(server.model.aborted).toBe(1));
    expect(server.bugs).toEqual([]);
  });
});

describe("server-sent events", () => {
  it("sends tokens as they come and the whole at the end, by the body or by Accept", async () => {
    for (const ask of [() => post({ text: "ab", stream: true }), () => post({ text: "ab" }, { Accept: "text/event-stream" })]) {
      const response = await ask();
      expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
      expect(await response.text()).toBe(
        'event: token\ndata: {"text":"A","tokens":["A"]}\n\nevent: token\ndata: {"text":"B","tokens":["B"]}\n\n' +
          'event: result\ndata: {"text":"AB","score":-0.5,"penalizedScore":-0.25,"tokens":["A","B"],"truncated":false}\n\n',
      );
    }
    const whole = await post({ text: "ab", stream: false }, { Accept: "text/event-stream" });
    expect(await whole.json()).toMatchObject({ text: "AB" });
  });

  it("ends with an error event where the work fails on the way", async () => {
    const events = await (await post({ text: "late bug", stream: true })).text();
    expect(events).toMatch(/event: error\ndata: \{"error":"internal error[^"]*"\}\n\n$/);
    expect(events).not.toContain("secret");
    expect(server.bugs).toHaveLength(1);
  });

  it("gives up a client that reads nothing at all, whatever waits to be sent", async () => {
    await restart({ timeout: 1 });
    const body = '{"text":"flood","stream":true}';
    const socket = connect(server.port, "127.0.0.1");
    socket.pause();
    socket.on("error", () => undefined);
    socket.write(
      `POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await vi.waitFor(() => expect(server.model.calls).toHaveLength(1));
    await vi.waitFor(async () => {
      const health = (await (await fetch(`${server.url}/health`)).json()) as { requests: number };
      expect(health.requests).toBe(0);
    }, 3000);
    socket.destroy();
    expect(server.bugs).toEqual([]);
  });

  it("stops the work when the client is gone, and when the client does not read", async () => {
    const controller = new AbortController();
    const response = await fetch(`${server.url}/generate`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: '{"text":"endless","stream":true}',
      signal: controller.signal,
    });
    await response.body?.getReader().read();
    controller.abort();
    await vi.waitFor(() => expect(server.model.aborted).toBe(1));

    await restart({ timeout: 0.3 });
    const body = '{"text":"endless","stream":true}';
    const socket = connect(server.port, "127.0.0.1");
    socket.pause();
    socket.on("error", () => undefined);
    socket.write(
      `POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await vi.waitFor(async () => {
      expect(server.model.calls).toHaveLength(1);
      const health = (await (await fetch(`${server.url}/health`)).json()) as { requests: number };
      expect(health.requests).toBe(0);
    }, 5000);
    socket.destroy();
    expect(server.bugs).toEqual([]);
  });
});

describe("who may ask", () => {
  it("answers to loopback's names alone where it is bound to loopback, so that no page can rebind its name", async () => {
    for (const Host of ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "[::1"]) {
      expect((await ask(server.port, "/health", "GET", { Host })).status, Host).toBe(421);
    }
    expect(await raw(server.port, "GET /health HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1.1 421/);
    for (const Host of ["localhost", "localhost:1", "own.test", "Own.Test:8080", "LOCALHOST", "127.0.0.1", "127.9.9.9:80", "[::1]:8080"]) {
      expect((await ask(server.port, "/health", "GET", { Host })).status, Host).toBe(200);
    }
  });

  it("refuses pages of other origins unless they are allowed", async () => {
    const Origin = "https://example.org";
    const refused = await post({ text: "a" }, { Origin });
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    expect((await post({ text: "a" }, { Origin: server.url })).status).toBe(200);

    await restart({}, [Origin]);
    const allowed = await post({ text: "a" }, { Origin });
    expect([allowed.status, allowed.headers.get("access-control-allow-origin")]).toEqual([200, Origin]);
    const wrong = await post({ txt: "a" }, { Origin });
    expect([wrong.status, wrong.headers.get("access-control-allow-origin")]).toEqual([400, Origin]);
    const preflight = await ask(server.port, "/generate", "OPTIONS", { Origin, "Access-Control-Request-Method": "POST" });
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      "access-control-allow-origin": Origin,
      "access-control-allow-headers": "Content-Type, Accept",
    });
    expect((await post({ text: "a" }, { Origin: "https://example.com" })).status).toBe(403);

    await restart({}, ["*"]);
    expect((await post({ text: "a" }, { Origin })).headers.get("access-control-allow-origin")).toBe("*");
  });

  it("knows health and the methods of a path", async () => {
    const health = await fetch(`${server.url}/health`);
    expect(await health.json()).toMatchObject({
      status: "ok",
      model: { task: "translate", precision: "float32", createdBy: "test" },
      device: { name: "node-cpu" },
      uptime: expect.any(Number),
      requests: 0,
    });
    const get = await fetch(`${server.url}/generate`);
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
    const put = await fetch(`${server.url}/nothing`, { method: "PUT", body: "x" });
    expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
    expect((await ask(server.port, "/health", "HEAD")).body).toHaveLength(0);
    expect((await ask(server.port, "/health?x=1", "GET")).status).toBe(200);
    server.api.announceEnd();
    const ending = await fetch(`${server.url}/health`);
    expect([ending.status, await ending.json()]).toEqual([503, expect.objectContaining({ status: "ending" })]);
  });
});
