import type { SessionOptions } from "@s2s/runtime/ort";

/**
 * For the sessions of a huge model, whose steps are long enough not to feel it: what is freed goes back to the system. ONNX Runtime's arena keeps
 * the most that it ever held, and from the second run of a shape on takes it as one block beside what the first run left in pieces; and as
 * folded constants the zeros on which gradients of embeddings are summed would stay for ever.
 */
export const FRUGAL: SessionOptions["ort"] = {
  enableCpuMemArena: false,
  enableMemPattern: false,
  extra: { optimization: { disable_specified_optimizers: "ConstantFolding" } },
};
