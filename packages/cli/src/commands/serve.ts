import { load } from "@s2s/runtime";
import type { Precision } from "@s2s/runtime/manifest";
import { Command, Option } from "commander";
import { catchInterrupts } from "../interrupt.ts";
import { countOption, deviceOption, jsonOption, precisionOption } from "../options/common.ts";
import { parseOption } from "../options/value.ts";
import { Api } from "../serve/api.ts";
import { createHandler } from "../serve/handler.ts";
import { listensOnLoopback } from "../serve/hosts.ts";
import { listen } from "../serve/listen.ts";
import { readOrigin } from "../serve/origins.ts";
import { openSite } from "../serve/site.ts";
import { StaticFiles } from "../serve/static.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly host: string;
  readonly port: number;
  readonly rate: number;
  readonly maxBody: number;
  readonly maxTexts: number;
  readonly maxBeams: number;
  readonly maxTokens: number;
  readonly queue: number;
  readonly timeout: number;
  readonly allowOrigin: readonly string[];
  readonly device?: string;
  readonly precision?: Precision | "auto";
  readonly threads?: number;
  readonly json?: boolean;
}

/** How long requests under way may take when the server ends. */
const GRACE_MS = 10_000;

const HELP = `
The folder is a site that \`s2s export --web\` wrote, or a bundle or a run, which get the same demo page.

  POST /generate  {"text": "..."} or {"texts": ["...", ...]}, with options such as "beams": 4, "nBest": 4, "maxLength": 50. With "stream": true or
                  Accept: text/event-stream the tokens of one text come as server-sent events.
  POST /predict   {"input": ...} or {"inputs": [...]}, for models of every task: a text, numbers, or the base64 of a PNG or JPEG file
  GET /health     whether it answers, with what model, where

A server on this machine's own address (the default) is reached from this machine alone. docs/serving.md tells what to do before others may reach it.
Ctrl-C ends it once the requests under way are answered; the exit code is then 0.

Examples:
  $ s2s serve site
  $ s2s serve run --port 0 --json
  $ curl http://127.0.0.1:8080/generate -H "Content-Type: application/json" -d '{"text": "3rd of March, 2021"}'`;

export function serveCommand(terminal: Terminal): Command {
  return new Command("serve")
    .description("serve a model's demo page and an HTTP API")
    .argument("<folder>", "folder of a site, of a bundle or of a run")
    .addOption(new Option("--host <address>", "address to listen on; 0.0.0.0 or :: for all").default("127.0.0.1"))
    .addOption(fromZero("port", "0 takes any that is free", 65_535, 8080))
    .addOption(fromZero("rate", "requests a minute that one client may make of the API; 0: any number", 1_000_000, 600))
    .addOption(countOption("max-body", "most bytes of a request's body", 2 ** 30).default(2 ** 20))
    .addOption(countOption("max-texts", "most texts of a request", 100_000).default(256))
    .addOption(countOption("max-beams", "most beams, and answers a text, that a request may ask for", 1024).default(16))
    .addOption(countOption("max-tokens", "most tokens of an answer that a request may ask for", 100_000).default(1000))
    .addOption(fromZero("queue", "requests that may wait for the one that is worked on", 100_000, 64))
    .addOption(countOption("timeout", "seconds after which a request is given up", 86_400).default(60))
    .addOption(
      new Option("--allow-origin <origin>", "pages of this origin may use the API too; may be given several times, * allows all")
        .default([], "those of the server itself")
        .argParser((text, before: readonly string[]) => [...before, readOrigin(text)]),
    )
    .addOption(deviceOption())
    .addOption(precisionOption())
    .addOption(countOption("threads", "CPU threads (default: 1)", 1024))
    .addOption(jsonOption("print where it listens and what it serves as one JSON object"))
    .addHelpText("after", HELP)
    .action((folder: string, options: Options) => serve(folder, options, terminal));
}

async function serve(folder: string, options: Options, terminal: Terminal): Promise<void> {
  const { host, port, allowOrigin, device, precision, threads } = options;
  const site = await openSite(folder);
  const model = await load(site.model, { device, precision, threads });
  const interruption = catchInterrupts(() => undefined);
  try {
    const api = new Api(model, options);
    const onBug = (error: unknown) => terminal.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const files = new StaticFiles(site.find);
    const loopback = (await listensOnLoopback(host)) ? host : undefined;
    const { address, close } = await listen(createHandler({ api, files, loopback, allowOrigin, onBug }), host, port);
    const url = `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}/`;
    if (options.json)
      terminal.printJson({ url, host: address.address, port: address.port, device: model.device, precision: model.precision });
    else terminal.print(`Serving ${folder} at ${url} (${model.device.name}, ${model.precision}); Ctrl-C ends it`);
    await aborted(interruption.signal);
    api.announceEnd();
    const late = setTimeout(() => api.abort(), GRACE_MS);
    await close(GRACE_MS + 1000);
    clearTimeout(late);
  } finally {
    interruption.dispose();
    await model.dispose();
  }
}

function fromZero(name: string, description: string, maximum: number, preset: number): Option {
  const key = { key: name, type: "integer", description, minimum: 0, maximum } as const;
  return new Option(`--${name} <n>`, description).default(preset).argParser((text) => parseOption(key, `--${name}`, text));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
