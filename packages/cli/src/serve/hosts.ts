import { lookup } from "node:dns/promises";
import { isIPv4 } from "node:net";

/** Whether only this machine can reach a server bound to the address. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, "").toLowerCase();
  return plain === "localhost" || plain === "::1" || (isIPv4(plain) && plain.startsWith("127."));
}

/** Whether a server that listens on a host, maybe a name from this machine's own list, is reached from this machine alone. */
export async function listensOnLoopback(host: string): Promise<boolean> {
  if (isLoopback(host)) return true;
  return lookup(host).then(
    ({ address }) => isLoopback(address),
    // Listening on it will fail, and say why.
    () => false,
  );
}

/**
 * Whether a request's `Host` names this machine, also by the name that it was started with. A server on loopback must ask: a page of the internet can point its own name at 127.0.0.1
 * (DNS rebinding), and the browser then takes us for that page's origin. The port is not compared: tunnels change it.
 */
export function namesLoopback(host: string | undefined, own: string): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(host ?? "")?.[1];
  return name !== undefined && (isLoopback(name) || name.toLowerCase() === own.toLowerCase());
}
