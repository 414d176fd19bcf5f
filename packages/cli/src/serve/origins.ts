import type { IncomingMessage } from "node:http";
import { UserError } from "@s2s/runtime";
import { HttpError } from "./http-error.ts";

type Headers = Readonly<Record<string, string>>;

/**
 * Which pages may use the HTTP API: those of the server itself and of the allowed origins ("*" allows all). Programs send no `Origin`, and are
 * never refused.
 * @returns the CORS headers of the answer (https://fetch.spec.whatwg.org/#http-cors-protocol)
 * @throws HttpError 403 for a page of another origin
 */
export function corsHeaders(request: IncomingMessage, allowed: readonly string[]): Headers {
  const { origin, host } = request.headers;
  const vary = { Vary: "Origin" };
  if (origin === undefined || isOwn(origin, host)) return vary;
  if (allowed.includes("*")) return { "Access-Control-Allow-Origin": "*" };
  if (allowed.includes(origin)) return { ...vary, "Access-Control-Allow-Origin": origin };
  throw new HttpError(403, `pages of ${origin} may not use this server: start it with --allow-origin ${origin}`, vary);
}

/** An origin as browsers send it, or "*". @throws UserError where the text has a path or is none */
export function readOrigin(text: string): string {
  if (text === "*" || (URL.canParse(text) && new URL(text).origin === text.replace(/\/$/, ""))) return text.replace(/\/$/, "");
  throw new UserError(`--allow-origin ${text}: must be an origin such as https://example.org, or *`);
}

/** Headers of the answer to a preflight request, besides those of `corsHeaders`. */
export const preflightHeaders = (methods: string): Headers => ({
  "Access-Control-Allow-Methods": methods,
  "Access-Control-Allow-Headers": "Content-Type, Accept",
  "Access-Control-Max-Age": "600",
});

/** Behind a proxy that ends TLS the scheme differs, so hosts are compared. */
function isOwn(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}
