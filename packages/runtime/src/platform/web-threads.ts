import { openChannel } from "../worker/web-channel.ts";
import type { Threads } from "./threads.ts";
import { platform } from "./web.ts";

export const threads: Threads = {
  async startWorker(address) {
    const own = ownWorker();
    // Against the page: an address of the module's own would be taken by webpack for a file to be found among its modules.
    const imported = platform.resolveAddress(own.address);
    const file = address === undefined ? imported : platform.resolveAddress(address);
    const failures: string[] = [];
    // A script of another origin can be imported, but no worker can be made of it; asking would be reported as a violation.
    if (new URL(file).origin === globalThis.origin) {
      try {
        return { channel: await openChannel(file, address === undefined ? own.options : MODULE), origin: `a worker made of ${file}` };
      } catch (error) {
        failures.push(`${file}: ${(error as Error).message}`);
      }
    } else failures.push(`${file} is of another origin`);
    const script = own.options.type === "module" ? importer(imported) : `importScripts(${JSON.stringify(imported)});`;
    const blob = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    try {
      return { channel: await openChannel(blob, {}), origin: `a worker made of a blob, since ${failures.join("; ")}` };
    } catch (error) {
      throw new Error([...failures, `blob: ${(error as Error).message}`].join("; "), { cause: error });
    } finally {
      URL.revokeObjectURL(blob);
    }
  },
};

/**
 * A classic script that imports a module. Sandboxed frames refuse blobs that are modules themselves; and what a module imports as it begins is
 * checked against worker-src, which then had to list the other origin, while this is checked against script-src.
 */
function importer(address: string): string {
  // Thrown on, since workers do not tell of rejections.
  return `import(${JSON.stringify(address)}).catch((error) => setTimeout(() => { throw error; }));`;
}

const MODULE: WorkerOptions = { type: "module" };

/**
 * What the worker's script has become. Bundlers know a worker by this expression alone, put its address into it and tell it nowhere else; and a page
 * with trusted types would refuse it. So a stand-in takes what a worker would be made of.
 */
function ownWorker(): { readonly address: string; readonly options: WorkerOptions } {
  const original = globalThis.Worker;
  let made = { address: "", options: MODULE };
  globalThis.Worker = function standIn(address: string | URL, options: WorkerOptions = {}) {
    made = { address: String(address), options };
  } as unknown as typeof Worker;
  try {
    void new Worker(new URL("./s2s.worker.js", import.meta.url), { type: "module" });
  } finally {
    globalThis.Worker = original;
  }
  return made;
}
