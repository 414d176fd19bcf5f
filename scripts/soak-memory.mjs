import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Samples that a soak takes; the first third warms up: caches, arenas of the allocators, compiled code. */
export const SAMPLES = 30;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

/** What the whole process takes, workers included, in MiB. */
export function megabytes() {
  collectGarbage();
  return process.memoryUsage.rss() / 2 ** 20;
}

/**
 * Compares the least of each third: workers collect their garbage when they like, which only adds, while what leaks raises the least as fast as all.
 * Prints by how much the memory grew once it was warm, and sets the exit code where that is more than chance.
 * @param {number[]} samples in MiB @param {number} bound growth that is chance, in MiB
 */
export function judge(samples, bound) {
  const third = Math.floor(samples.length / 3);
  const growth = Math.min(...samples.slice(-third)) - Math.min(...samples.slice(third, 2 * third));
  console.log(`from the second third to the last: ${growth.toFixed(1)} MiB (bound: ${bound} MiB)`);
  if (growth > bound) process.exitCode = 1;
}
