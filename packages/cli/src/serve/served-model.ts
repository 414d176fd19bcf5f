import type { Model, ModelInput, PredictOptions } from "@s2s/runtime";
import type { InputConfig } from "@s2s/runtime/manifest";

/** What serving needs of a runtime's model. */
export type ServedModel = Pick<Model, "device" | "precision" | "generate" | "stream"> & {
  readonly manifest: Pick<Model["manifest"], "task" | "training"> & { readonly model: { readonly input: Pick<InputConfig, "kind"> } };
  predictAll(inputs: readonly ModelInput[], options: ServedPredictOptions): Promise<readonly object[]>;
};

/** Options as they come over HTTP, with the signal of the request. */
export type ServedOptions = NonNullable<Parameters<Model["generate"]>[1]> & { readonly signal: AbortSignal };
export type ServedPredictOptions = PredictOptions & { readonly signal: AbortSignal };
