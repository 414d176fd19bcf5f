import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Api } from "./api.ts";
import { namesLoopback } from "./hosts.ts";
import { HttpError } from "./http-error.ts";
import { corsHeaders, preflightHeaders } from "./origins.ts";
import { sendError } from "./respond.ts";
import { EMBEDDABLE, type StaticFiles } from "./static.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface HandlerParts {
  readonly api: Api;
  readonly files: StaticFiles;
  /** Where only this machine can reach the server: the name that it was started with. It then answers to this machine's names alone. */
  readonly loopback: string | undefined;
  readonly allowOrigin: readonly string[];
  /** Is given what is our fault. */
  readonly onBug: (error: unknown) => void;
}

/** Leads each request to the API or to the files of the site. */
export function createHandler({ api, files, loopback, allowOrigin, onBug }: HandlerParts): RequestListener {
  const health: Answer = (request, response) => api.health(request, response);
  const generate: Answer = (request, response) => api.generate(request, response);
  const predict: Answer = (request, response) => api.predict(request, response);
  const file: Answer = (request, response) => files.send(request, response);
  const routes = new Map<string, Readonly<Record<string, Answer>>>([
    ["/health", { GET: health, HEAD: health }],
    ["/generate", { POST: generate }],
    ["/predict", { POST: predict }],
  ]);
  const site: Readonly<Record<string, Answer>> = { GET: file, HEAD: file };

  const answer: Answer = async (request, response) => {
    response.setHeader("X-Content-Type-Options", "nosniff");
    if (loopback !== undefined && !namesLoopback(request.headers.host, loopback)) {
      throw new HttpError(421, "this server answers to localhost alone: start it with --host to be reached by another name");
    }
    const { method = "", url = "" } = request;
    const api = routes.get(url.replace(/\?.*$/s, ""));
    const methods = api ?? site;
    const allow = [...Object.keys(methods), "OPTIONS"].join(", ");
    // Of a refusal too: else a page of another origin hears of no file that is missing, only that something failed.
    const headers = api ? corsHeaders(request, allowOrigin) : EMBEDDABLE;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (method === "OPTIONS") {
      response.writeHead(204, { Allow: allow, ...(api && preflightHeaders(allow)) }).end();
      return;
    }
    const work = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (work === undefined) throw new HttpError(405, `${method} is not possible here: use ${allow}`, { Allow: allow });
    await work(request, response);
  };

  return (request, response) => {
    // A client's reset is no error of ours; without a listener it would end the process.
    response.on("error", () => undefined);
    Promise.resolve(answer(request, response)).catch((error: unknown) => {
      if (!(error instanceof HttpError)) onBug(error);
      sendError(response, error);
    });
  };
}
