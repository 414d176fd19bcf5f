import { request, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import type { Answer, Generation, Model } from "@s2s/runtime";
import type { InputConfig } from "@s2s/runtime/manifest";
import { Api, type ApiLimits } from "../../src/serve/api.ts";
import { createHandler } from "../../src/serve/handler.ts";
import { listen } from "../../src/serve/listen.ts";
import type { ServedModel, ServedOptions } from "../../src/serve/served-model.ts";
import { folderFiles } from "../../src/serve/site-files.ts";
import { StaticFiles } from "../../src/serve/static.ts";

export const LIMITS: ApiLimits = { maxBody: 10_000, maxTexts: 3, maxBeams: 4, maxTokens: 50, rate: 0, queue: 2, timeout: 10 };

const generation = (text: string): Generation => ({
  text,
  score: -0.5,
  penalizedScore: -0.25,
  tokens: [...text],
  truncated: false,
});

/** Answers with the text in capitals, a letter a piece. "refuse" is refused, "bug" is a bug, "wait" lasts until it is given up. */
export class FakeModel implements ServedModel {
  readonly manifest = {
    task: "translate" as const,
    training: { createdBy: "test" },
    model: { input: { kind: "tokens" as InputConfig["kind"] } },
  };
  readonly device = { name: "node-cpu", reason: "the only one" } as const;
  readonly precision = "float32" as const;
  /** Options of the calls so far. */
  readonly calls: ServedOptions[] = [];
  /** Works that were given up. */
  aborted = 0;

  async generate(text: string, options: ServedOptions): Promise<Generation>;
  async generate(texts: readonly string[], options: ServedOptions): Promise<Answer[]>;
  async generate(input: string | readonly string[], options: ServedOptions): Promise<Generation | Answer[]> {
    this.calls.push(options);
    if (typeof input !== "string") return input.map((text) => generation(text.toUpperCase()));
    await this.#misbehave(input, options);
    return generation(input.toUpperCase());
  }

  /** Gives back what it was asked, as the label. */
  async predictAll(inputs: readonly unknown[], options: ServedOptions): Promise<object[]> {
    this.calls.push(options);
    return inputs.map((input) => {
      if (input === "refuse") return { error: "refused: too long" };
      return { label: JSON.stringify(input), probability: 1, labels: [] };
    });
  }

  async *stream(text: string, options: ServedOptions): ReturnType<Model["stream"]> {
    this.calls.push(options);
    await this.#misbehave(text, options);
    for (const letter of text.toUpperCase()) yield { text: letter, tokens: [letter] };
    if (text === "late bug") throw new Error("secret");
    if (text === "endless")
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        if (options.signal.aborted) this.aborted += 1;
        options.signal.throwIfAborted();
        yield { text: "x".repeat(10_000), tokens: ["x"] };
      }
    if (text === "flood")
      for (; ; options.signal.throwIfAborted()) {
        await new Promise((resolve) => setTimeout(resolve));
        yield { text: "x".repeat(1_000_000), tokens: ["x"] };
      }
    const result = generation(text.toUpperCase());
    yield { text: "", tokens: [], result };
    return result;
  }

  async #misbehave(text: string, { signal }: ServedOptions): Promise<void> {
    if (text === "refuse") throw Object.assign(new Error("the text has\n9 tokens"), { name: "UserError" });
    if (text === "bug") throw new Error("secret");
    if (text !== "wait") return;
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true })).finally(
      () => (this.aborted += 1),
    );
  }
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly model: FakeModel;
  readonly api: Api;
  readonly bugs: unknown[];
  close(graceMs?: number): Promise<void>;
}

export async function startServer(
  folder: string,
  limits: Partial<ApiLimits> = {},
  allowOrigin: readonly string[] = [],
): Promise<TestServer> {
  const model = new FakeModel();
  const bugs: unknown[] = [];
  const api = new Api(model, { ...LIMITS, ...limits });
  const files = new StaticFiles(folderFiles(folder));
  const handler = createHandler({ api, files, loopback: "own.test", allowOrigin, onBug: (error) => bugs.push(error) });
  const { address, close } = await listen(handler, "127.0.0.1", 0);
  const { port } = address;
  return { url: `http://127.0.0.1:${port}`, port, model, api, bugs, close: (graceMs = 1000) => close(graceMs) };
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A request whose every header is as given; fetch decodes and forbids some. */
export function ask(port: number, path: string, method = "GET", headers: Record<string, string> = {}, body?: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Sends bytes as they are and gives back all that comes until the connection ends. */
export function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}
