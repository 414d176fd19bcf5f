import type { ServerResponse } from "node:http";
import { HttpError } from "./http-error.ts";

type Headers = Readonly<Record<string, string>>;

/** Answers with JSON that nobody stores. */
export function sendJson(response: ServerResponse, status: number, value: object, headers: Headers = {}): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": String(body.length),
    "Cache-Control": "no-store",
    ...headers,
  });
  response.end(body);
}

/**
 * Answers with what went wrong: `{"error": "one line"}`. Anything but an HttpError is a bug of ours, of which a client learns nothing.
 * Where the answer is under way already nothing can be said any more: the connection is cut, so that it does not pass for whole.
 */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    if (!response.writableEnded) response.destroy();
    return;
  }
  const { status, message, headers } =
    error instanceof HttpError ? error : new HttpError(500, "internal error; the server's log says more");
  sendJson(response, status, { error: oneLine(message) }, headers);
}

const oneLine = (text: string): string => text.replace(/\s*[\r\n]+\s*/g, " ");
