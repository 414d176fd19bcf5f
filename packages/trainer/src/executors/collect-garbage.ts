import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Frees what nothing refers to any more, at once. ONNX Runtime's outputs are freed when JavaScript collects them, which a thread that only
 * waits for the next step does not do: the gradients of a large model would lie in memory twice.
 */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
