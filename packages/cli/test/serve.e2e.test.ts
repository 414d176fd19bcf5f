import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { writeCountdown } from "../../runtime/test/countdown.ts";
import { killAll, start, type Running } from "./support/bin.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "s2s-serve-"));
  writeCountdown(join(folder, "model"));
});
afterEach(killAll);
afterAll(() => rm(folder, { recursive: true }));

async function serving(...options: string[]): Promise<{ readonly running: Running; readonly url: string }> {
  const running = start(["serve", join(folder, "model"), "--port", "0", "--json", ...options]);
  let stdout = "";
  running.process.stdout?.on("data", (text: string) => (stdout += text));
  await running.waitFor("}\n");
  const { url } = JSON.parse(stdout) as { url: string };
  return { running, url };
}

const post = (url: string, body: object) =>
  fetch(`${url}generate`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

describe("s2s serve", () => {
  it("serves a bundle with the demo page around it, and answers", async () => {
    const { running, url } = await serving();
    const page = await fetch(url);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    for (const name of ["s2s.js", "sw.js", "bundle/s2s.json", "ort-wasm-simd-threaded.wasm"]) {
      expect((await fetch(url + name, { method: "HEAD" })).status, name).toBe(200);
    }
    expect((await fetch(`${url}teach.html`)).status).toBe(404);
    const worker = await (await fetch(`${url}sw.js`)).text();
    expect(worker).toContain('"bundle/s2s.json"');
    const answer = (await (await post(url, { text: "abc" })).json()) as { text: string; score: number };
    expect(answer).toMatchObject({ text: expect.any(String), score: expect.any(Number) });
    const { answers } = (await (await post(url, { texts: ["abc", "a".repeat(10_000)] })).json()) as { answers: object[] };
    expect(answers).toEqual([answer, { error: expect.stringContaining("tokens") }]);
    const events = await (await post(url, { text: "abc", stream: true })).text();
    expect(events).toMatch(/^event: token\n/);
    expect(events).toContain(`"text":${JSON.stringify(answer.text)}`);
    expect(await (await fetch(`${url}health`)).json()).toMatchObject({ status: "ok", device: { name: "node-cpu" } });

    running.process.kill("SIGTERM");
    expect(await running.finished).toMatchObject({ code: 0, stderr: "" });
  });

  it("says in one line what is wrong with its options", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const wrong: [string[], RegExp][] = [
      [[join(folder, "model"), "--port", String(port)], /is in use already: choose another --port/],
      [[join(folder, "nothing")], /nothing: there is no such folder/],
      [[join(folder, "model"), "--port", "65536"], /--port 65536: must be/],
      [[join(folder, "model"), "--max-body", "0"], /--max-body 0: must be/],
      [[join(folder, "model"), "--allow-origin", "example.org/path"], /must be an origin such as/],
      [[join(folder, "model"), "--device", "tpu"], /tpu/],
    ];
    for (const [args, message] of wrong) {
      const { code, stderr } = await start(["serve", ...args]).finished;
      expect([code, stderr.trim().split("\n").length], stderr).toEqual([2, 1]);
      expect(stderr).toMatch(message);
    }
    taken.close();
  });

  it("answers what is under way before it ends", async () => {
    const { running, url } = await serving("--rate", "0");
    const asked = Array.from({ length: 20 }, () => post(url, { text: "abcdef" }));
    await Promise.race(asked);
    running.process.kill("SIGINT");
    const done = await Promise.allSettled(asked);
    expect(done.filter(({ status }) => status === "fulfilled").length).toBeGreaterThan(0);
    expect((await running.finished).code).toBe(0);
  });
});
