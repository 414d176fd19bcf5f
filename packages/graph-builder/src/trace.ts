import type { ModelConfig } from "@s2s/runtime/manifest";
import { gradients } from "./gradients.ts";
import type { ParameterSpec } from "./init.ts";
import { type FloatType, Graph, type Value } from "./ir.ts";
import { swapBatchAndTime } from "./layers/sequence.ts";
import { correct, crossEntropy } from "./losses.ts";
import { seq2seq } from "./models/seq2seq.ts";
import { add, cast, mul } from "./ops/elementwise.ts";
import { reshape } from "./ops/movement.ts";
import { type Optimizer, clipFactor, globalNorm } from "./optimizers.ts";
import { prune } from "./prune.ts";
import { Scope } from "./scope.ts";
import { type Dim, product } from "./shape.ts";

/** Sizes of a training graph's batches: numbers where the graph serves one size only (loops can then be unrolled), else symbols. */
export interface BatchDims {
  readonly batch: Dim;
  readonly source: Dim;
  readonly target: Dim;
}

export interface TrainingOptions {
  readonly model: ModelConfig;
  readonly type?: FloatType;
  readonly dims?: BatchDims;
  /** Target tokens of a usual batch: see `ScopeOptions.tokens`. */
  readonly tokens?: number;
  readonly dropout?: number;
  readonly labelSmoothing?: number;
  /** See `GraphOptions`. */
  readonly singleThreaded?: boolean;
}

export interface UpdateOptions {
  readonly optimizer: Optimizer;
  /** Longest global gradient norm; 0 does not clip. */
  readonly clipNorm?: number;
}

/** A graph and the parameters it takes, in the order of its inputs. */
export interface TracedGraph {
  readonly graph: Graph;
  readonly parameters: readonly ParameterSpec[];
}

const SYMBOLS: BatchDims = { batch: "B", source: "S", target: "T" };

interface Forward {
  readonly graph: Graph;
  readonly scope: Scope;
  readonly logits: Value;
  readonly targets: Value;
}

/** Teacher forcing: logits [T*B, V] of every step and the targets [T*B]. */
function forward(name: string, options: TrainingOptions, training: boolean): Forward {
  const { model, type = "float32", dims = SYMBOLS, tokens = 1024, dropout = 0, singleThreaded = false } = options;
  const graph = new Graph(name, null, { singleThreaded });
  const source = graph.input("source", "int32", [dims.batch, dims.source]);
  const lengths = graph.input("source_lengths", "int32", [dims.batch]);
  const targetInput = graph.input("target_input", "int32", [dims.batch, dims.target]);
  const targetOutput = graph.input("target_output", "int32", [dims.batch, dims.target]);
  const masks = training && dropout > 0 ? { rate: dropout, seed: graph.input("dropout_seed", "int32", []) } : undefined;
  const scope = new Scope(graph, { type, parameters: "inputs", tokens, dropout: masks });
  const net = seq2seq(scope, model);
  const h = net.recur(net.embed(swapBatchAndTime(targetInput)), net.encode(source, lengths));
  const rows = product([dims.batch, dims.target]);
  return {
    graph,
    scope,
    logits: reshape(net.readout(h), [rows, model.targetVocabulary]),
    targets: reshape(swapBatchAndTime(targetOutput), [rows]),
  };
}

const specs = (scope: Scope): ParameterSpec[] => scope.parameters.map(({ spec }) => spec);

/**
 * gradients.onnx: a batch, or a shard of one, -> `loss_sum` and `gradient.<parameter>` of loss_sum * `scale`.
 * Shards of a batch with one scale have gradients that add up to those of the whole batch.
 */
export function traceGradients(options: TrainingOptions): TracedGraph {
  const { graph, scope, logits, targets } = forward("gradients", options, true);
  const scale = graph.input("scale", options.type ?? "float32", []);
  const { sum } = crossEntropy(logits, targets, options.labelSmoothing);
  const found = gradients(
    sum,
    scope.parameters.map(({ value }) => value),
    scale,
  );
  graph.output("loss_sum", sum);
  for (const [i, { spec }] of scope.parameters.entries()) graph.output(`gradient.${spec.name}`, found[i]);
  prune(graph);
  return { graph, parameters: specs(scope) };
}

/**
 * update.onnx: parameters, slots `<slot>/<parameter>` and gradients -> `next.<parameter>`, `next.<slot>/<parameter>` and the global
 * `gradient_norm` before clipping. With several shards the gradients `gradient.<shard>.<parameter>` are added first, in their order.
 */
export function traceUpdate(
  parameters: readonly ParameterSpec[],
  { optimizer, clipNorm = 0 }: UpdateOptions,
  shards = 1,
  type: FloatType = "float32",
): TracedGraph {
  const graph = new Graph("update");
  const values = parameters.map(({ name, shape }) => graph.input(name, type, shape));
  const totals = parameters.map(({ name, shape }) => {
    const parts = Array.from({ length: shards }, (_, shard) =>
      graph.input(shards === 1 ? `gradient.${name}` : `gradient.${shard}.${name}`, type, shape),
    );
    return parts.reduce((a, b) => add(a, b));
  });
  update(graph, parameters, values, totals, optimizer, clipNorm, type);
  prune(graph);
  return { graph, parameters };
}

/** train.onnx: a whole step: batch, `scale`, parameters, slots -> loss_sum, gradient_norm, next parameters and slots. */
export function traceTrain(options: TrainingOptions & UpdateOptions): TracedGraph {
  const { graph, scope, logits, targets } = forward("train", options, true);
  const type = options.type ?? "float32";
  const scale = graph.input("scale", type, []);
  const { sum } = crossEntropy(logits, targets, options.labelSmoothing);
  const values = scope.parameters.map(({ value }) => value);
  const found = gradients(sum, values, scale);
  graph.output("loss_sum", sum);
  update(graph, specs(scope), values, found, options.optimizer, options.clipNorm ?? 0, type);
  prune(graph);
  return { graph, parameters: specs(scope) };
}

function update(
  graph: Graph,
  parameters: readonly ParameterSpec[],
  values: readonly Value[],
  found: readonly Value[],
  optimizer: Optimizer,
  clipNorm: number,
  type: FloatType,
): void {
  const learningRate = graph.input("learning_rate", type, []);
  const step = cast(graph.input("step", "int32", []), type);
  const norm = globalNorm(found);
  const factor = clipNorm > 0 ? clipFactor(norm, clipNorm) : null;
  const apply = optimizer.prepare({ learningRate, step });
  for (const [i, { name, shape }] of parameters.entries()) {
    const slots = optimizer.slots.map((slot) => graph.input(`${slot}/${name}`, type, shape));
    const next = apply(values[i], factor ? mul(found[i], factor) : found[i], slots);
    graph.output(`next.${name}`, next.parameter);
    for (const [k, slot] of optimizer.slots.entries()) graph.output(`next.${slot}/${name}`, next.slots[k]);
  }
  graph.output("gradient_norm", norm);
}

/** evaluate.onnx: a batch -> `loss_sum` (nats, no smoothing, no dropout), `tokens` and `correct`, over real target tokens. */
export function traceEvaluate(options: TrainingOptions & { readonly logits?: boolean }): TracedGraph {
  const { graph, scope, logits, targets } = forward("evaluate", options, false);
  const { sum, count } = crossEntropy(logits, targets);
  graph.output("loss_sum", sum);
  graph.output("tokens", count);
  graph.output("correct", correct(logits, targets));
  if (options.logits) graph.output("logits", logits);
  prune(graph);
  return { graph, parameters: specs(scope) };
}

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
export function traceInference(model: ModelConfig, type: FloatType = "float32"): TracedInference {
  const names = Array.from({ length: model.decoder.layers }, (_, layer) => ["h", "c"].map((part) => `decoder.${layer}.${part}`));

  const encoder = new Graph("encoder");
  const source = encoder.input("source", "int32", ["B", "S"]);
  const lengths = encoder.input("source_lengths", "int32", ["B"]);
  const encoderScope = new Scope(encoder, { type, parameters: "external" });
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
    parameters: specs(encoderScope),
  };
}
