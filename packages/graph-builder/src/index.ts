export { checkGraph, GraphError } from "./check.ts";
export { emit, emitOne, type OutputSpec } from "./emit.ts";
export { gradientRules, gradients } from "./gradients.ts";
export { type ConstantData, type ElementType, type FloatType, Graph, type GraphOptions, type Node, type Output, type Value } from "./ir.ts";
export { type Attributes, type Operator, operators, type OperatorSpec } from "./operators.ts";
export { conv, convTranspose, type ConvTransposeOptions } from "./ops/conv.ts";
export {
  abs,
  add,
  and,
  bitwiseXor,
  cast,
  clip,
  div,
  equal,
  exp,
  greater,
  greaterOrEqual,
  identity,
  less,
  log,
  maximum,
  minimum,
  mod,
  mul,
  neg,
  not,
  type Operand,
  pow,
  reciprocal,
  relu,
  scalar,
  shiftRight,
  sigmoid,
  sign,
  sqrt,
  square,
  sub,
  sumOf,
  tanh,
  where,
} from "./ops/elementwise.ts";
export { gather, gatherElements, range, scatterElements, scatterRows, topK } from "./ops/index-ops.ts";
export { gemm, type GemmOptions, matmul } from "./ops/matmul.ts";
export { concat, expand, filled, pad, reshape, slice, split, squeeze, transpose, unsqueeze } from "./ops/movement.ts";
export { averagePool, type AveragePoolOptions, maxPool, type PoolOptions } from "./ops/pool.ts";
export {
  argMax,
  countOver,
  cumulativeSum,
  layerNormalization,
  logSoftmax,
  logSoftmaxFused,
  mean,
  reduceLogSumExp,
  reduceMax,
  reduceMean,
  reduceSum,
  reduceSumSquare,
  softmax,
  sumTo,
} from "./ops/reduce.ts";
export type { PerAxis, WindowOptions } from "./ops/window.ts";
export { type GraphStatistics, readGraphStatistics, type TensorSummary } from "./onnx/read.ts";
export { type ExternalData, MAX_MODEL_BYTES, OPSET, type ParameterData, serialize, type SerializeOptions } from "./onnx/serialize.ts";
export { toFloat16 } from "./precision/float16.ts";
export { toInt8 } from "./precision/int8.ts";
export { type Int8Plan, type Int8Weight, LEAST_DYNAMIC, planInt8 } from "./precision/plan.ts";
export { type StoredTensor, type TracedVariant, traceVariant } from "./precision/variant.ts";
export { type Ensemble, membersOf, type Models } from "./models/members.ts";
export { cond, type CondOptions } from "./cond.ts";
export { loop, type LoopOptions, type LoopResult, type LoopStep } from "./loop.ts";
export { print } from "./print.ts";
export { prune } from "./prune.ts";
export { scan, type ScanOptions, type ScanResult, type ScanStep } from "./scan.ts";
export { type Dim, sameShape, type Shape, ShapeError } from "./shape.ts";
export type { Rule, RuleContext, Rules } from "./sweep.ts";
export { drawnFrom, initialize, type Initializer, type ParameterSpec } from "./init.ts";
export {
  adadelta,
  adagrad,
  adam,
  type AdamOptions,
  adamw,
  AVERAGE,
  averaged,
  type ClipOptions,
  momentum,
  nadam,
  type Optimizer,
  rmsprop,
  type RmspropOptions,
  sgd,
  type StepScalars,
  type Updated,
} from "./optimizers.ts";
export type { BatchDims, LossOptions } from "./models/forward.ts";
export { traceEvaluate, traceGradients, type TracedGraph, type TracedTraining, traceTrain, type TrainingOptions } from "./trace.ts";
export { type AnswerGraphs, storedTensors, traceAnswers, type TracedAnswers } from "./trace-answers.ts";
export { traceInference } from "./trace-inference.ts";
export { tracePredict } from "./trace-predict.ts";
export type { StateNames, TracedInference } from "./trace-steps.ts";
export { traceGenerate } from "./trace-generate.ts";
export { traceUpdate, type UpdateOptions } from "./trace-update.ts";
export { unrollScans, type UnrollOptions } from "./unroll.ts";
export { type FlatUpdate, traceFlatUpdate } from "./trace-flat.ts";
export { attachGradient, type CustomGradient } from "./custom.ts";
export type { Cell, CellKind, CellState, CellStep, MakeCell, RecurrentOperator } from "./layers/cells/cell.ts";
export { type Attended, type Attention, attention, type AttentionMemory, type ScoreName, SCORES } from "./layers/attention/index.ts";
export { coverageLoss } from "./layers/attention/coverage.ts";
export { CELLS } from "./layers/cells/index.ts";
export { cnn, type CnnOptions } from "./layers/cnn.ts";
export { dropout, embeddingDropout } from "./layers/dropout.ts";
export { embedding } from "./layers/embedding.ts";
export { linear } from "./layers/linear.ts";
export { mixture, mixtureLoss } from "./layers/mixture.ts";
export { type Normalization, NORMALIZATIONS } from "./layers/normalization.ts";
export { recurrent, type Recurrent, type RecurrentOptions, type RecurrentResult } from "./layers/recurrent.ts";
export { lastStep, reverseByLength, swapBatchAndTime } from "./layers/sequence.ts";
export { wordDropout } from "./layers/word-dropout.ts";
export {
  chunkedCrossEntropy,
  type ChunkedOptions,
  correct,
  type CrossEntropy,
  crossEntropy,
  sampledCrossEntropy,
  type SampledOptions,
  type SamplingDistribution,
  samplingProbabilities,
} from "./losses.ts";
export { type DropoutOptions, Scope, type ScopeOptions, type Statistic, STATISTIC_SHARE } from "./scope.ts";
export { type HeadConfig, isHead, modelHead, type ModelHead } from "./models/heads/index.ts";
export type { Head, HeadDims, HeadLoss, HeadOptions, HeadSource, HeadSteps, Onwards } from "./models/heads/head.ts";
export { modelInput, type ModelInput } from "./models/inputs/index.ts";
export type { Features, SourceDims, SourceInputs } from "./models/inputs/input.ts";
