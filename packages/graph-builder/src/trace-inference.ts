import type { ModelConfig } from "@s2s/runtime/manifest";
import type { ParameterSpec } from "./init.ts";
import { type FloatType, Graph } from "./ir.ts";
import { seq2seq } from "./models/seq2seq.ts";
import { prune } from "./prune.ts";
import { Scope, type ScopeOptions } from "./scope.ts";

/** A state at the border of the graphs: see `StateInfoSchema` of the manifest. */
export interface StateNames {
  readonly initial: string | null;
  readonly input: string;
  readonly output: string;
  /** Without the batch. */
  readonly shape: readonly (number | string)[];
}

export interface TracedInference {
  readonly encoder: Graph;
  readonly decoder: Graph;
  readonly states: readonly StateNames[];
  /** What the decoder looks at and never changes: outputs of the encoder and inputs of the decoder. */
  readonly memory: readonly string[];
  readonly parameters: readonly ParameterSpec[];
}

/** encoder.onnx and decoder.onnx (one step), whose parameters are external data: see the contracts in docs/design.md. */
export function traceInference(
  model: ModelConfig,
  type: FloatType = "float32",
  recurrence: ScopeOptions["recurrence"] = "operator",
): TracedInference {
  const encoder = new Graph("encoder");
  const source = encoder.input("source", "int32", ["B", "S"]);
  const lengths = encoder.input("source_lengths", "int32", ["B"]);
  const encoderScope = new Scope(encoder, { type, parameters: "external", recurrence });
  const whole = seq2seq(encoderScope, model);
  const { layers, hidden } = whole.config.output;
  const names = Array.from({ length: layers }, (_, layer) => ["h", "c"].map((part) => `decoder.${layer}.${part}`));
  for (const [layer, state] of whole.encode(source, lengths).entries()) {
    for (const [i, part] of state.entries()) encoder.output(`initial.${names[layer][i]}`, part);
  }
  prune(encoder);

  const decoder = new Graph("decoder");
  const token = decoder.input("token", "int32", ["B"]);
  const before = names.map((parts) => parts.map((part) => decoder.input(part, type, ["B", hidden])));
  const net = seq2seq(new Scope(decoder, { type, parameters: "external" }), model);
  const after = net.step(net.embed(token), before);
  decoder.output("logits", net.readout(after.output));
  for (const [layer, state] of after.states.entries()) {
    for (const [i, part] of state.entries()) decoder.output(`next.${names[layer][i]}`, part);
  }
  prune(decoder);
  return {
    encoder,
    decoder,
    states: names.flat().map((name) => ({ initial: `initial.${name}`, input: name, output: `next.${name}`, shape: [hidden] })),
    memory: [],
    parameters: encoderScope.parameters.map(({ spec }) => spec),
  };
}
