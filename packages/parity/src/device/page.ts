import { runInPage } from "./page-job.ts";
import { post } from "./run-job.ts";

/** The page's script: does the job, or has a worker do it. */
const address = new URL("./", location.href).href;
if (new URLSearchParams(location.search).has("worker")) {
  // What goes wrong inside is posted from there; one that cannot start is told of here.
  const worker = new Worker(new URL("./parity.worker.js", location.href), { type: "module" });
  worker.addEventListener("error", (event) => void post(address, { failure: `the worker failed: ${event.message}` }));
} else {
  await runInPage(address);
}
