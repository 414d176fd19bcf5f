import type { IncomingMessage } from "node:http";
import { HttpError } from "./http-error.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * The JSON body of a request. The type is insisted on: a page of another origin can send "text/plain" without asking first, JSON it cannot.
 * How long a body may take is the server's `requestTimeout`.
 * @throws HttpError 413 as soon as there are more than `maxBytes`, 415 for another type, 400 where it is no JSON
 */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const { "content-type": type = "", "content-encoding": encoding = "identity" } = request.headers;
  if (!/^application\/json\s*(;|$)/i.test(type)) throw new HttpError(415, "send the body as JSON, with Content-Type: application/json");
  if (encoding !== "identity") throw new HttpError(415, `Content-Encoding ${encoding} is not understood: send the body as it is`);
  const bytes = await readBytes(request, maxBytes);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new HttpError(400, "the body is not UTF-8 text");
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpError(400, `the body is not JSON: ${(error as Error).message}`);
  }
}

function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = () => {
      // What still comes is dropped unread: closing at once would reset the connection before the client has read the answer.
      request.off("data", take).resume();
      reject(
        new HttpError(413, `the body may have at most ${maxBytes} bytes: send less at a time, or let s2s serve take more with --max-body`),
      );
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) refuse();
      else chunks.push(chunk);
    };
    request.on("error", () => reject(new HttpError(499, "the client is gone")));
    request.on("end", () => resolve(Buffer.concat(chunks)));
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) refuse();
    else request.on("data", take);
  });
}
