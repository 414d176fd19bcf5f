import type { ModelConfig } from "@s2s/runtime/manifest";
import { gradients } from "./gradients.ts";
import type { ParameterSpec } from "./init.ts";
import { type FloatType, Graph, type Value } from "./ir.ts";
import { swapBatchAndTime } from "./layers/sequence.ts";
import { correct, crossEntropy } from "./losses.ts";
import { runDecoder } from "./models/decoder-run.ts";
import { modelInput } from "./models/inputs/index.ts";
import { seq2seq } from "./models/seq2seq.ts";
import { reshape } from "./ops/movement.ts";
import { prune } from "./prune.ts";
import { Scope } from "./scope.ts";
import { type Dim, product } from "./shape.ts";
import { type UpdateOptions, appendUpdate } from "./trace-update.ts";

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
  const inputs = modelInput(model.input).declare(graph, dims, type);
  const targetInput = graph.input("target_input", "int32", [dims.batch, dims.target]);
  const targetOutput = graph.input("target_output", "int32", [dims.batch, dims.target]);
  const masks = training && dropout > 0 ? { rate: dropout, seed: graph.input("dropout_seed", "int32", []) } : undefined;
  const scope = new Scope(graph, { type, parameters: "inputs", tokens, dropout: masks });
  const net = seq2seq(scope, model);
  const rows = product([dims.batch, dims.target]);
  const run = runDecoder(net.decoder, swapBatchAndTime(targetInput), net.begin(inputs));
  return {
    graph,
    scope,
    logits: net.decoder.logits(run.rows.map((row) => reshape(row, [rows, row.shape[2]]))),
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

/** train.onnx: a whole step: batch, `scale`, parameters, slots -> loss_sum, gradient_norm, next parameters and slots. */
export function traceTrain(options: TrainingOptions & UpdateOptions): TracedGraph {
  const { graph, scope, logits, targets } = forward("train", options, true);
  const type = options.type ?? "float32";
  const scale = graph.input("scale", type, []);
  const { sum } = crossEntropy(logits, targets, options.labelSmoothing);
  const values = scope.parameters.map(({ value }) => value);
  const found = gradients(sum, values, scale);
  graph.output("loss_sum", sum);
  appendUpdate(graph, specs(scope), values, found, options, type);
  prune(graph);
  return { graph, parameters: specs(scope) };
}

/** evaluate.onnx: a batch -> `loss_sum` (nats, no smoothing, no dropout), `units` and `correct`, over real target tokens. */
export function traceEvaluate(options: TrainingOptions & { readonly logits?: boolean }): TracedGraph {
  const { graph, scope, logits, targets } = forward("evaluate", options, false);
  const { sum, count } = crossEntropy(logits, targets);
  graph.output("loss_sum", sum);
  graph.output("units", count);
  graph.output("correct", correct(logits, targets));
  if (options.logits) graph.output("logits", logits);
  prune(graph);
  return { graph, parameters: specs(scope) };
}
