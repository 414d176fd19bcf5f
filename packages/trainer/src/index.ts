export { configJsonSchema, configKeys, describeValue } from "./config-keys.ts";
export type { ConfigKey } from "./config-keys.ts";
export { ConfigSchema } from "./config.ts";
export type { Config, ConfigInput } from "./config.ts";
export { batchCount, evaluationBatches, trainingBatches } from "./data/batches.ts";
export type { BatchOptions, TrainingBatchOptions } from "./data/batches.ts";
export { collate } from "./data/collate.ts";
export { meanUnits, selectExamples } from "./data/examples.ts";
export type { ExampleBatch, Examples } from "./data/examples.ts";
export { readPairs } from "./data/corpus.ts";
export type { CorpusOptions, TextPair } from "./data/corpus.ts";
export { loadDataset } from "./data/dataset.ts";
export type { Dataset } from "./data/dataset.ts";
export { bundleEncoding, describeFilter, encodeCorpus, vocabularyEncoding } from "./data/encode.ts";
export type { EncodedCorpus, FilterCounts, SideEncoding } from "./data/encode.ts";
export { longestLengths, PairStore, selectPairs } from "./data/pairs.ts";
export type { Pairs } from "./data/pairs.ts";
export { hash32, keyedPermutation, uniform } from "./data/random.ts";
export { shardBatch } from "./data/shard.ts";
export { splitPairs } from "./data/split.ts";
export type { Split } from "./data/split.ts";
export { readConfig, readConfigInput, resolveConfig } from "./load-config.ts";
export { CheckpointFolder, weightsOf } from "./checkpoint.ts";
export type { BestWeights, Checkpoint, LoadedCheckpoint } from "./checkpoint.ts";
export { exactMatch, teacherForcing } from "./evaluate.ts";
export type { DecodeIds, EvaluateBatch } from "./evaluate.ts";
export type {
  CheckpointEvent,
  EarlyStopEvent,
  FallbackEvent,
  FinishedEvent,
  InterruptedEvent,
  StartEvent,
  StepEvent,
  TrainEvent,
  ValidationEvent,
} from "./events.ts";
export type { Batch, BatchPart, BatchTensor, EvaluationSums, Executor, State, StateTensor, StepOptions, StepResult } from "./executor.ts";
export { exportBundle } from "./export.ts";
export type { BundleParts, StoredVariant } from "./export.ts";
export { exportRun } from "./export/export-run.ts";
export type { ExportResult } from "./export/export-run.ts";
export type { ExportReport, PrecisionReport } from "./export/report.ts";
export type { VariantFigures } from "./export/measure.ts";
export { EXPORT_DEFAULTS } from "./export/options.ts";
export type { ExportOptions } from "./export/options.ts";
export { exportWeb } from "./export-web/export-web.ts";
export { bundleFiles, serviceWorker } from "./export-web/service-worker.ts";
export type { KeptFile } from "./export-web/service-worker.ts";
export { SERVICE_WORKER, siteFiles } from "./export-web/site-files.ts";
export type { SiteFile } from "./export-web/site-files.ts";
export { makeFolder, writeFileAtomically } from "./files.ts";
export type { BuildInferenceGraphs, ExternalWeights, InferenceGraph, InferenceGraphs } from "./inference-graphs.ts";
export { bleu } from "./measures/bleu.ts";
export type { BleuOptions } from "./measures/bleu.ts";
export type { BleuTokens } from "./measures/bleu-tokens.ts";
export { chrf } from "./measures/chrf.ts";
export { classificationFigures } from "./measures/classification.ts";
export type { ClassificationFigures } from "./measures/classification.ts";
export type { ConfusionMatrix } from "./measures/confusion.ts";
export { cer, exact, per, wer } from "./measures/error-rates.ts";
export type { ClassFigures, PrecisionRecall } from "./measures/f-score.ts";
export { forecastFigures, seasonalError } from "./measures/forecast.ts";
export type { ErrorFigures, ForecastFigures } from "./measures/forecast.ts";
export { languageFigures } from "./measures/language-model.ts";
export type { LanguageFigures } from "./measures/language-model.ts";
export { corpusScore, countSegments, segmentScore } from "./measures/measure.ts";
export type { Counts, Measure } from "./measures/measure.ts";
export { approximateRandomization, pairedBootstrap } from "./measures/significance.ts";
export type { BootstrapTest, Draw, Interval, PairedTest, TestOptions } from "./measures/significance.ts";
export { areSpanLabels, spanFigures, spansOf } from "./measures/spans.ts";
export type { Span, SpanFigures } from "./measures/spans.ts";
export { taggingFigures } from "./measures/tagging.ts";
export type { TaggingFigures } from "./measures/tagging.ts";
export { testItems } from "./measures/test-set.ts";
export type { ReferenceGrouping, TestItem } from "./measures/test-set.ts";
export { TEXT_MEASURES } from "./measures/text-measures.ts";
export type { TextMeasureName, TextScores } from "./measures/text-measures.ts";
export type { MetricsLine } from "./metrics.ts";
export { modelConfig } from "./model-config.ts";
export type { ValidationFigures } from "./position.ts";
export { holdsRun, readRunConfig, runPaths } from "./run-folder.ts";
export type { RunPaths } from "./run-folder.ts";
export { encodeSafetensors, SafetensorsFile } from "./safetensors.ts";
export type { Tensor, TensorData } from "./safetensors.ts";
export type { CreateExecutor, ExecutorContext, MeasureBundle, TrainOptions } from "./train-options.ts";
export { defaultThreads } from "./threads.ts";
export { train } from "./train.ts";
export { benchCases } from "./bench/cases.ts";
export { benchDecode } from "./bench/decode.ts";
export type { DecodeBench } from "./bench/decode.ts";
export type { DecodePath } from "./bench/decode-paths.ts";
export { benchTrain } from "./bench/train.ts";
export type { TrainBench } from "./bench/train.ts";
export { buildInferenceGraphs } from "./build-inference.ts";
export { decodeWithBundle } from "./decode-bundle.ts";
export type { DecodeBundleOptions } from "./decode-bundle.ts";
export { evaluateBundle } from "./evaluate-bundle.ts";
export type { EvaluateBundleOptions, Evaluation } from "./evaluate-bundle.ts";
export { measureBundle } from "./measure-bundle.ts";
export { textSides } from "./tasks/text-sides.ts";
export type { TextSide } from "./tasks/text-sides.ts";
export { taskOf } from "./tasks/index.ts";
export type { Figures, MeasureOptions, Task, TaskData, TaskFigures, TaskManifest } from "./tasks/task.ts";
export { createExecutor } from "./executors/create.ts";
export { GraphsManifestSchema, readGraphsManifest } from "./graphs-manifest.ts";
export type { GraphName, GraphsManifest } from "./graphs-manifest.ts";
export { writeGraphs } from "./write-graphs.ts";
