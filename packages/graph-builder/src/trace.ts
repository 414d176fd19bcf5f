import type { ModelConfig } from "@s2s/runtime/manifest";
import { gradients } from "./gradients.ts";
import type { ParameterSpec } from "./init.ts";
import { type FloatType, Graph, type Value } from "./ir.ts";
import { type BatchDims, type Loss, type LossOptions, forward } from "./models/forward.ts";
import { add, mul } from "./ops/elementwise.ts";
import { prune } from "./prune.ts";
import { STATISTIC_SHARE, Scope, type ScopeOptions } from "./scope.ts";
import { type UpdateOptions, appendUpdate } from "./trace-update.ts";

export interface TrainingOptions extends LossOptions {
  readonly model: ModelConfig;
  readonly type?: FloatType;
  readonly dims?: BatchDims;
  /** Target tokens of a usual batch: see `ScopeOptions.tokens`. */
  readonly tokens?: number;
  /** Rates; those of embeddings and recurrent layers are `dropout` and 0 where they are not given. */
  readonly dropout?: number;
  readonly embeddingDropout?: number;
  readonly recurrentDropout?: number;
  readonly wordDropout?: number;
  /** Whether a parameter stays as it is, by its name: it then gets neither gradient nor slots. */
  readonly frozen?: (parameter: string) => boolean;
  /** See `GraphOptions`. */
  readonly singleThreaded?: boolean;
}

/** A training graph. */
export interface TracedTraining extends TracedGraph {
  /** The parameters that are not frozen. */
  readonly trained: readonly ParameterSpec[];
  /** Tensors of the model that are measured, not trained: see `Scope.statistic`. */
  readonly statistics: readonly ParameterSpec[];
}

/** A graph and the parameters it takes, in the order of its inputs. */
export interface TracedGraph {
  readonly graph: Graph;
  readonly parameters: readonly ParameterSpec[];
}

const SYMBOLS: BatchDims = { batch: "B", source: "S", target: "T" };

interface Traced {
  readonly graph: Graph;
  readonly scope: Scope;
  readonly loss: Loss;
}

function traceLoss(name: string, options: TrainingOptions, training: boolean): Traced {
  const { model, type = "float32", dims = SYMBOLS, tokens = 1024, singleThreaded = false, ...loss } = options;
  const graph = new Graph(name, null, { singleThreaded });
  let declared: Value | null = null;
  const seed = (): Value => (declared ??= graph.input("dropout_seed", "int32", []));
  const masks = training ? dropouts(options, seed) : {};
  const scope = new Scope(graph, {
    type,
    parameters: "inputs",
    tokens,
    training,
    ...(options.dims ? { pooling: "patches" } : {}),
    ...masks,
  });
  return { graph, scope, loss: forward({ graph, scope, dims, options: loss, seed }, model) };
}

type Dropouts = Pick<ScopeOptions, "dropout" | "embeddingDropout" | "recurrentDropout" | "wordDropout">;

/** What is dropped, all by one seed: places in the model have masks of their own. */
function dropouts(
  { dropout = 0, embeddingDropout = dropout, recurrentDropout = 0, wordDropout = 0 }: TrainingOptions,
  seed: () => Value,
): Dropouts {
  const rates = Object.entries({ dropout, embeddingDropout, recurrentDropout, wordDropout });
  if (rates.every(([, rate]) => rate === 0)) return {};
  return Object.fromEntries(rates.map(([name, rate]) => [name, { rate, seed: seed() }]));
}

const specsOf = (made: readonly { readonly spec: ParameterSpec }[]): ParameterSpec[] => made.map(({ spec }) => spec);

const trainedIn = ({ parameters }: Scope, { frozen = () => false }: TrainingOptions): Scope["parameters"] =>
  parameters.filter(({ spec }) => !frozen(spec.name));

const traced = ({ graph, scope }: Traced, options: TrainingOptions): TracedTraining => {
  prune(graph);
  return {
    graph,
    parameters: specsOf(scope.parameters),
    trained: specsOf(trainedIn(scope, options)),
    statistics: specsOf(scope.statistics),
  };
};

/**
 * gradients.onnx: a batch, or a shard of one, -> `loss_sum` and `gradient.<parameter>` of loss_sum * `scale`, and `statistic.<name>`, as the batch has it.
 * Shards of a batch with one scale have gradients that add up to those of the whole batch.
 */
export function traceGradients(options: TrainingOptions): TracedTraining {
  const made = traceLoss("gradients", options, true);
  const { graph, scope, loss } = made;
  const scale = graph.input("scale", options.type ?? "float32", []);
  const trained = trainedIn(scope, options);
  const found = gradients(
    loss.sum,
    trained.map(({ value }) => value),
    scale,
  );
  graph.output("loss_sum", loss.sum);
  for (const [i, { spec }] of trained.entries()) graph.output(`gradient.${spec.name}`, found[i]);
  for (const { spec, measured } of scope.statistics) if (measured) graph.output(`statistic.${spec.name}`, measured);
  return traced(made, options);
}

/** train.onnx: a whole step: batch, `scale`, parameters, statistics, slots -> loss_sum, gradient_norm, next parameters, statistics and slots. */
export function traceTrain(options: TrainingOptions & UpdateOptions): TracedTraining {
  const made = traceLoss("train", options, true);
  const { graph, scope, loss } = made;
  const type = options.type ?? "float32";
  const scale = graph.input("scale", type, []);
  const trained = trainedIn(scope, options);
  const values = trained.map(({ value }) => value);
  const found = gradients(loss.sum, values, scale);
  graph.output("loss_sum", loss.sum);
  appendUpdate(graph, specsOf(trained), values, found, options, type);
  for (const { spec, stored, measured } of scope.statistics) {
    if (measured) graph.output(`next.${spec.name}`, add(mul(stored(), 1 - STATISTIC_SHARE), mul(measured, STATISTIC_SHARE)));
  }
  return traced(made, options);
}

/**
 * evaluate.onnx: a batch -> `loss_sum` without smoothing and dropout, `units` that it is summed over, and sums of what else the kind of
 * output measures, such as `correct`.
 * @param options logits - also `logits` [T*B, V] of an output of tokens
 */
export function traceEvaluate(options: TrainingOptions & { readonly logits?: boolean }): TracedTraining {
  const made = traceLoss("evaluate", options, false);
  const { graph, loss } = made;
  graph.output("loss_sum", loss.sum);
  graph.output("units", loss.units);
  for (const [name, value] of Object.entries(loss.sums)) graph.output(name, value);
  if (options.logits && loss.logits) graph.output("logits", loss.logits);
  return traced(made, options);
}
