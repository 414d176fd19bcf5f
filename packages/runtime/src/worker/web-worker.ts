import type { Port, Request } from "./protocol.ts";

type Scope = Pick<Worker, "postMessage" | "addEventListener">;

/** The end inside of a page's worker. */
export function webPort(scope: Scope): Port {
  return {
    post: (reply) => scope.postMessage(reply),
    listen: (onRequest) => scope.addEventListener("message", (event) => onRequest((event as MessageEvent<Request>).data)),
  };
}
