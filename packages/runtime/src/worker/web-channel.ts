import type { Channel, Reply } from "./protocol.ts";

/** Starts a worker and waits for its first message. @throws Error where its script is refused, cannot be loaded or fails */
export async function openChannel(address: string, options: WorkerOptions): Promise<Channel> {
  const worker = new Worker(trusted(address), options);
  try {
    await new Promise<void>((resolve, reject) => {
      worker.addEventListener("message", () => resolve(), { once: true });
      // Browsers refuse a script with an event, after the constructor has returned, and most often without a message.
      worker.addEventListener("error", (event) => reject(new Error(event.message || "its script cannot be loaded or is not allowed")), {
        once: true,
      });
    });
  } catch (error) {
    worker.terminate();
    throw error;
  }
  return {
    post: (request) => worker.postMessage(request),
    listen(onReply, onEnd) {
      worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => onReply(data));
      worker.addEventListener("messageerror", () => onEnd(new Error("a message of the model's worker cannot be read")));
      worker.addEventListener("error", ({ message }) =>
        onEnd(new Error(`the model's worker crashed (${message || "no reason given"}); load the model again`)),
      );
    },
    setBusy() {},
    async close() {
      worker.terminate();
    },
  };
}

interface ScriptPolicy {
  createScriptURL(address: string): string;
}
interface PolicyFactory {
  createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy;
}
let policy: ScriptPolicy | undefined;

/** Where a page demands trusted types, it has to allow the policy "s2s". */
function trusted(address: string): string {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  if (factory === undefined) return address;
  policy ??= factory.createPolicy("s2s", { createScriptURL: (url) => url });
  return policy.createScriptURL(address);
}
