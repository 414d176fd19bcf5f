import type { ModelConfig } from "@s2s/runtime/manifest";
import type { ParameterSpec } from "./init.ts";
import { type FloatType, Graph } from "./ir.ts";
import { stepDecoder } from "./models/decoder-run.ts";
import { seq2seq } from "./models/seq2seq.ts";
import { prune } from "./prune.ts";
import { Scope, type ScopeOptions } from "./scope.ts";
import type { Shape } from "./shape.ts";

/** A state at the border of the graphs: see `StateInfoSchema` of the manifest. */
export interface StateNames {
  /** Null where it begins with zeros. */
  readonly initial: string | null;
  readonly input: string;
  readonly output: string;
  /** Without the batch. */
  readonly shape: Shape;
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
  const encoderScope = new Scope(encoder, { type, parameters: "external", recurrence });
  const whole = seq2seq(encoderScope, model);
  const { states, memory } = whole.begin(whole.input.declare(encoder, { batch: "B", source: "S" }, type));
  for (const { name, initial } of states) if (initial) encoder.output(`initial.${name}`, initial);
  for (const [name, value] of Object.entries(memory)) encoder.output(`memory.${name}`, value);
  prune(encoder);

  const decoder = new Graph("decoder");
  const net = seq2seq(new Scope(decoder, { type, parameters: "external" }), model).decoder;
  const token = decoder.input("token", "int32", ["B"]);
  const before = states.map(({ name, shape }) => decoder.input(name, type, ["B", ...shape]));
  const held = Object.entries(memory).map(([name, value]) => [name, decoder.input(`memory.${name}`, value.type, value.shape)]);
  const { logits, states: after, attention } = stepDecoder(net, token, before, Object.fromEntries(held));
  decoder.output("logits", logits);
  for (const [i, { name }] of states.entries()) decoder.output(`next.${name}`, after[i]);
  if (attention) decoder.output("attention", attention);
  prune(decoder);
  return {
    encoder,
    decoder,
    states: states.map(({ name, shape, initial }) => ({
      initial: initial && `initial.${name}`,
      input: name,
      output: `next.${name}`,
      shape,
    })),
    memory: Object.keys(memory).map((name) => `memory.${name}`),
    parameters: encoderScope.parameters.map(({ spec }) => spec),
  };
}
