import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Channel, Reply } from "./protocol.ts";

/** As tests do; a thread, which Node starts, needs the built package, and must not inherit the flag that leads to the sources. */
const FROM_SOURCES = import.meta.url.endsWith(".ts");
const FILE = new URL(FROM_SOURCES ? "../../dist/worker/node-worker.js" : "./node-worker.js", import.meta.url);

/** Starts a thread for a model. @throws Error where it cannot start */
export async function startThread(file: URL = FILE): Promise<Channel> {
  const worker = new Worker(file, FROM_SOURCES ? { execArgv: [] } : {});
  const ended = new AbortController();
  // Both may come before anybody who waits is told of one; the first is the reason.
  worker.once("error", (error) => ended.abort(error));
  worker.once("exit", () => ended.abort(new Error("the thread ended at once")));
  // Rejects where the worker throws, too.
  await once(worker, "message", { signal: ended.signal }).catch((error: unknown) => {
    throw ended.signal.aborted ? ended.signal.reason : error;
  });
  return {
    post: (request) => worker.postMessage(request),
    listen(onReply, onEnd) {
      worker.on("message", (reply: Reply) => onReply(reply));
      worker.on("messageerror", onEnd);
      worker.on("error", (error: Error) => onEnd(crash(error.message, error)));
      worker.on("exit", (code) => onEnd(crash(`exit code ${code}`)));
    },
    setBusy(busy) {
      if (busy) worker.ref();
      else worker.unref();
    },
    async close() {
      await worker.terminate();
    },
  };
}

function crash(why: string, cause?: Error): Error {
  return new Error(`the model's worker crashed (${why}); load the model again`, { cause });
}
