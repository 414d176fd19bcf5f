import type { ParameterSpec } from "./init.ts";
import { type FloatType, Graph, type Value } from "./ir.ts";
import type { Begun, DecoderMemory } from "./models/decoder-state.ts";
import type { ModelInput } from "./models/inputs/index.ts";
import type { SourceInputs } from "./models/inputs/input.ts";
import { prune } from "./prune.ts";
import { Scope, type ScopeOptions } from "./scope.ts";
import type { Shape } from "./shape.ts";

/** A model that answers step by step. */
export interface Stepwise {
  readonly input: ModelInput;
  begin(inputs: SourceInputs): Begun;
  /** Makes the input of decoder.onnx that a step reads. */
  declare(graph: Graph, type: FloatType): Value;
  /** One step, in inference: what it reads, and the states in the order of `begin`. */
  step(read: Value, states: readonly Value[], memory: DecoderMemory): StepwiseResult;
}

export interface StepwiseResult {
  /** By their names at the graph's border; those that are null are not given. */
  readonly outputs: Readonly<Record<string, Value | null>>;
  /** After the step. */
  readonly states: readonly Value[];
}

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
  /** Null where there is no source. */
  readonly encoder: Graph | null;
  readonly decoder: Graph;
  readonly states: readonly StateNames[];
  /** What the decoder looks at and never changes: outputs of the encoder and inputs of the decoder. */
  readonly memory: readonly string[];
  /** Everything that is stored, in the order of creation. */
  readonly parameters: readonly ParameterSpec[];
}

/** encoder.onnx and decoder.onnx (one step), whose parameters are external data: see the contracts in docs/design.md. */
export function traceSteps(make: (scope: Scope) => Stepwise, type: FloatType, recurrence: ScopeOptions["recurrence"]): TracedInference {
  const encoder = new Graph("encoder");
  const encoderScope = new Scope(encoder, { type, parameters: "external", recurrence });
  const whole = make(encoderScope);
  const source = whole.input.declare(encoder, { batch: "B", source: "S" }, type);
  const { states, memory } = whole.begin(source);
  for (const { name, initial } of states) if (initial) encoder.output(`initial.${name}`, initial);
  for (const [name, value] of Object.entries(memory)) encoder.output(`memory.${name}`, value);
  prune(encoder);

  const decoder = new Graph("decoder");
  const net = make(new Scope(decoder, { type, parameters: "external" }));
  const read = net.declare(decoder, type);
  const before = states.map(({ name, shape }) => decoder.input(name, type, ["B", ...shape]));
  const held = Object.entries(memory).map(([name, value]) => [name, decoder.input(`memory.${name}`, value.type, value.shape)]);
  const { outputs, states: after } = net.step(read, before, Object.fromEntries(held));
  for (const [name, value] of Object.entries(outputs)) if (value) decoder.output(name, value);
  for (const [i, { name }] of states.entries()) decoder.output(`next.${name}`, after[i]);
  prune(decoder);
  return {
    encoder: source.source ? encoder : null,
    decoder,
    states: states.map(({ name, shape, initial }) => ({
      initial: initial && `initial.${name}`,
      input: name,
      output: `next.${name}`,
      shape,
    })),
    memory: Object.keys(memory).map((name) => `memory.${name}`),
    parameters: encoderScope.stored,
  };
}
