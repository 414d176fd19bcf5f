import { UserError } from "../errors.ts";
import { readBody } from "./body.ts";

/** Longest silence of a server. */
const STALL_SECONDS = 60;

/** The server could not be reached or fell silent: then what is kept from an earlier visit may serve. */
export class Unreachable extends UserError {}

export interface DownloadOptions {
  /** A longer body is cut off. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Told of every piece's size, and of the whole's where the server says it. */
  readonly onBytes?: ((bytes: number, total: number | undefined) => void) | undefined;
}

/**
 * Gets a whole file. The browser's HTTP cache is asked to look whether the file has changed: one that is older than its manifest would
 * be refused.
 * @throws UserError with the address and what may be wrong; what the signal was aborted with
 */
export async function download(url: URL, { maxBytes, signal, onBytes }: DownloadOptions): Promise<Uint8Array<ArrayBuffer>> {
  signal?.throwIfAborted();
  const where = showAddress(url);
  const request = new AbortController();
  const forward = () => request.abort(signal?.reason);
  signal?.addEventListener("abort", forward);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const awaitBytes = (): void => {
    clearTimeout(timer);
    const silent = new Unreachable(`${where}: the server has sent nothing for ${STALL_SECONDS} seconds; try again later`);
    timer = setTimeout(() => request.abort(silent), STALL_SECONDS * 1000);
  };
  try {
    awaitBytes();
    const response = await fetch(url, { cache: "no-cache", signal: request.signal });
    requireFile(where, url, response);
    const total = announcedSize(response);
    return await readBody(where, response.body, maxBytes, (bytes) => {
      awaitBytes();
      onBytes?.(bytes, total);
    });
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason;
    request.abort(); // or the rest would still be sent
    throw error instanceof TypeError ? unreachable(where, url, error) : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", forward);
  }
}

/** Without the query, which may hold a token that grants access. */
export function showAddress({ origin, pathname }: URL): string {
  return origin + pathname;
}

/** Of a compressed body the header gives the compressed size. */
function announcedSize({ headers }: Response): number | undefined {
  const size = Number(headers.get("content-length") ?? Number.NaN);
  return headers.has("content-encoding") || !Number.isSafeInteger(size) || size <= 0 ? undefined : size;
}

function requireFile(where: string, url: URL, { ok, status, headers, redirected, url: last }: Response): void {
  const from = redirected ? `${where} (redirected to ${showAddress(new URL(last))})` : where;
  const folder = showAddress(new URL(".", url));
  const question = `is ${folder} the address of a bundle (in a site: bundle/)?`;
  if (status === 404 || status === 410) throw new UserError(`${from}: is not there (HTTP ${status}); ${question}`);
  if (status === 401 || status === 403)
    throw new UserError(`${from}: the server does not allow it (HTTP ${status}); is the address right?`);
  if (status >= 500) throw new UserError(`${from}: the server failed (HTTP ${status}); try again later`);
  if (!ok) throw new UserError(`${from}: the server answered HTTP ${status} instead of the file; is the address right?`);
  if (/^text\/html\b/i.test(headers.get("content-type") ?? "")) {
    throw new UserError(`${from}: the server sends a web page instead of the file; ${question}`);
  }
}

/** Browsers do not tell pages what went wrong, so all that may be is named; Node gives a cause. */
function unreachable(where: string, url: URL, error: TypeError): Unreachable {
  const cause = error.cause as { code?: string; message?: string } | undefined;
  const reason = (cause?.code ?? cause?.message ?? error.message).replaceAll(/\s+/g, " ").slice(0, 200);
  const page = globalThis.location as Location | undefined;
  let advice = "is the address right and the network up?";
  if (page?.origin.startsWith("https:") && url.protocol === "http:") advice = "a page with https cannot use an address with http";
  else if (page !== undefined) {
    const sharing = page.origin === url.origin ? "" : ", does the server allow other sites (Access-Control-Allow-Origin)";
    advice = `is the address right, is the network up${sharing}, and does this page's policy allow it (connect-src)?`;
  }
  return new Unreachable(`${where}: cannot be fetched (${reason}); ${advice}`, { cause: error });
}
