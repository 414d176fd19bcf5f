import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { UserError } from "@s2s/runtime";

/** Milliseconds. Who takes longer to send a request (all of it; its headers alone) keeps a connection from others, and is cut off. */
const TIMEOUTS = { requestTimeout: 30_000, headersTimeout: 10_000, connectionsCheckingInterval: 1000 };
const MAX_CONNECTIONS = 1000;

export interface Listening {
  readonly address: AddressInfo;
  /** Takes no further request, waits for those under way, at most `graceMs`, and closes. */
  close(graceMs: number): Promise<void>;
}

/** @throws UserError where the address cannot be had */
export async function listen(handler: RequestListener, host: string, port: number, timeouts = TIMEOUTS): Promise<Listening> {
  const server = createServer({ ...timeouts, keepAliveTimeout: 5000, maxHeaderSize: 16 * 1024 }, handler);
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(explain(error, host, port)));
    server.listen({ host, port }, resolve);
  });
  return { address: server.address() as AddressInfo, close: (graceMs) => close(server, graceMs) };
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use already: choose another --port, or 0 for any free one",
  EACCES: "may not be used by this user: choose a --port above 1023, or 0 for any free one",
  EPERM: "may not be used by this user: choose a --port above 1023, or 0 for any free one",
  EADDRNOTAVAIL: "is no address of this machine: choose another --host",
  ENOTFOUND: "is not known as a name: choose another --host",
  EAI_AGAIN: "cannot be looked up now: give an address as --host",
  EINVAL: "is no address to listen on: choose another --host",
};

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const reason = REASONS[error.code ?? ""];
  return reason === undefined ? error : new UserError(`${host} port ${port} ${reason}`, { cause: error });
}
