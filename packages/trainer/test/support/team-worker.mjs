// A worker that fails as it is told. From the built package, as a worker cannot load sources.
import { parentPort, workerData } from "node:worker_threads";
import { GRADIENTS, SQUARES, meet } from "../../dist/executors/barrier.js";
import { answerRequests } from "../../dist/executors/worker-port.js";

const { start, barriers, workers, beats } = workerData;

// Shows that this thread lives, whatever it waits for.
setInterval(() => Atomics.add(beats, 0, 1), 1);

if (start === "throw") throw new TypeError("no start today");
if (start === "user") throw Object.assign(new Error("no such graph"), { name: "UserError" });
if (start === "exit") process.exit(3);

answerRequests(parentPort, async (request) => {
  if (request === "uncaught") setImmediate(() => { throw Object.assign(new RangeError("out of the blue"), { code: "ERR_BLUE" }); }); // prettier-ignore
  if (request === "uncaught") return new Promise(() => {});
  if (request === "throw before") throw new TypeError("no gradients");
  if (request === "exit before") process.exit(7);
  meet(barriers, GRADIENTS, workers);
  if (request === "throw between") throw new TypeError("no squares");
  if (request === "exit between") process.exit(8);
  meet(barriers, SQUARES, workers);
  if (request === "user") throw Object.assign(new Error("a wrong batch"), { name: "UserError" });
  return request;
});
