import type { ModelConfig } from "@s2s/runtime/manifest";
import type { Scope } from "../scope.ts";
import type { HeadSource } from "./heads/head.ts";
import { type ModelHead, isHead, modelHead } from "./heads/index.ts";
import { type ModelInput, modelInput } from "./inputs/index.ts";
import type { SourceInputs } from "./inputs/input.ts";
import { modelSource } from "./source.ts";

/** What goes into a model whose output is given at once, and what its answers are compared with. */
export function predictorBorder({ input, output }: ModelConfig): { readonly input: ModelInput; readonly output: ModelHead } {
  if (!isHead(output)) throw new Error(`a model that gives ${output.kind} does not give it at once`);
  return { input: modelInput(input), output: modelHead(output) };
}

/** A model whose output is given at once: a head behind whatever its source is. Parameters: those of the source, and `output.*`. */
export function predictor(scope: Scope, model: ModelConfig) {
  const { output } = predictorBorder(model);
  const source = modelSource(scope, model);
  if (source.summaryWidth === null) throw new Error(`a model that gives ${model.output.kind} needs a source`);
  return {
    head: output.make(scope.in("output"), source.summaryWidth),
    read(inputs: SourceInputs): HeadSource {
      const { summary, steps } = source.read(inputs);
      return { summary: summary!, steps };
    },
  };
}
