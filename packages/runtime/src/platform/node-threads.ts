import { UserError } from "../errors.ts";
import { startThread } from "../worker/node-channel.ts";
import type { Threads } from "./threads.ts";

export const threads: Threads = {
  async startWorker(address) {
    if (address !== undefined) throw new UserError("worker: an address is for pages; give true or false in Node");
    return { channel: await startThread(), origin: "a thread of its own" };
  },
};
