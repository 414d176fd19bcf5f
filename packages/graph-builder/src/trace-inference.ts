import type { ModelConfig } from "@s2s/runtime/manifest";
import type { ParameterSpec } from "./init.ts";
import { type FloatType, Graph } from "./ir.ts";
import { seq2seq } from "./models/seq2seq.ts";
import { prune } from "./prune.ts";
import { Scope, type ScopeOptions } from "./scope.ts";

export interface StateNames {
  readonly initial: string;
  readonly input: string;
  readonly output: string;
}

export interface TracedInference {
  readonly encoder: Graph;
  readonly decoder: Graph;
  readonly states: readonly StateNames[];
  readonly parameters: readonly ParameterSpec[];
}

/** encoder.onnx and decoder.onnx (one step), whose parameters are external data: see the contracts in docs/design.md. */
export function traceInference(
  model: ModelConfig,
  type: FloatType = "float32",
  recurrence: ScopeOptions["recurrence"] = "operator",
): TracedInference {
  const names = Array.from({ length: model.decoder.layers }, (_, layer) => ["h", "c"].map((part) => `decoder.${layer}.${part}`));

  const encoder = new Graph("encoder");
  const source = encoder.input("source", "int32", ["B", "S"]);
  const lengths = encoder.input("source_lengths", "int32", ["B"]);
  const encoderScope = new Scope(encoder, { type, parameters: "external", recurrence });
  for (const [layer, { h, c }] of seq2seq(encoderScope, model).encode(source, lengths).entries()) {
    encoder.output(`initial.${names[layer][0]}`, h);
    encoder.output(`initial.${names[layer][1]}`, c);
  }
  prune(encoder);

  const decoder = new Graph("decoder");
  const token = decoder.input("token", "int32", ["B"]);
  const before = names.map(([h, c]) => ({
    h: decoder.input(h, type, ["B", model.decoder.hidden]),
    c: decoder.input(c, type, ["B", model.decoder.hidden]),
  }));
  const net = seq2seq(new Scope(decoder, { type, parameters: "external" }), model);
  const after = net.step(net.embed(token), before);
  decoder.output("logits", net.readout(after.at(-1)!.h));
  for (const [layer, { h, c }] of after.entries()) {
    decoder.output(`next.${names[layer][0]}`, h);
    decoder.output(`next.${names[layer][1]}`, c);
  }
  prune(decoder);
  return {
    encoder,
    decoder,
    states: names.flat().map((name) => ({ initial: `initial.${name}`, input: name, output: `next.${name}` })),
    parameters: encoderScope.parameters.map(({ spec }) => spec),
  };
}
