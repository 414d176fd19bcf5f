// A model's worker that opens nothing and then comes to harm.
import { parentPort } from "node:worker_threads";

parentPort.postMessage({ ready: true });
parentPort.on("message", ({ id, method }) => {
  if (method === "open") parentPort.postMessage({ id, value: {} });
  if (method === "generate") throw new RangeError("out of something");
  if (method === "score") process.exit(7);
});
