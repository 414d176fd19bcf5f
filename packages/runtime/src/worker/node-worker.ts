// What a model's thread runs in Node.
import { parentPort } from "node:worker_threads";
import { serve } from "./serve.ts";

if (parentPort === null) throw new Error("this file is run by a worker alone");
const port = parentPort;
serve({
  post: (reply) => port.postMessage(reply),
  listen: (onRequest) => void port.on("message", onRequest),
});
