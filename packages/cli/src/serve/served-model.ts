import type { Model } from "@s2s/runtime";

/** What serving needs of a runtime's model. */
export type ServedModel = Pick<Model, "device" | "precision" | "generate" | "stream"> & {
  readonly manifest: Pick<Model["manifest"], "task" | "training">;
};

/** Options of a generation as they come over HTTP, with the signal of the request. */
export type ServedOptions = NonNullable<Parameters<Model["generate"]>[1]> & { readonly signal: AbortSignal };
