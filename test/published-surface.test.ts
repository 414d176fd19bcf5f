import * as cli from "@s2s/cli";
import * as builder from "@s2s/graph-builder";
import * as parity from "@s2s/parity";
import * as runtime from "@s2s/runtime";
import * as manifest from "@s2s/runtime/manifest";
import * as ort from "@s2s/runtime/ort";
import * as trainer from "@s2s/trainer";
import { expect, test } from "vitest";

/**
 * What others may rely on, a line for each initial letter. A name that comes, goes or changes its spelling is a decision, not an accident: it shows here.
 */
function namesOf(module: object): string {
  const lines = new Map<string, string>();
  for (const name of Object.keys(module).sort()) {
    const line = lines.get(name[0]!);
    lines.set(name[0]!, line === undefined ? name : `${line} ${name}`);
  }
  return [...lines.values()].join("\n");
}

test("@s2s/graph-builder", () => {
  expect(namesOf(builder)).toMatchInlineSnapshot(`
    "AVERAGE
    CELLS
    Graph GraphError
    LEAST_DYNAMIC
    MAX_MODEL_BYTES
    NORMALIZATIONS
    OPSET
    SCORES STATISTIC_SHARE Scope ShapeError
    abs adadelta adagrad adam adamw add and argMax attachGradient attention averagePool averaged
    bitwiseXor
    cast checkGraph chunkedCrossEntropy clip cnn concat cond conv convTranspose correct countOver coverageLoss crossEntropy cumulativeSum
    div drawnFrom dropout
    embedding embeddingDropout emit emitOne equal exp expand
    filled
    gather gatherElements gemm gradientRules gradients greater greaterOrEqual
    identity initialize isHead
    lastStep layerNormalization less linear log logSoftmax logSoftmaxFused loop
    matmul maxPool maximum mean membersOf minimum mixture mixtureLoss mod modelHead modelInput momentum mul
    nadam neg not
    operators
    pad planInt8 pow print prune
    range readGraphStatistics reciprocal recurrent reduceLogSumExp reduceMax reduceMean reduceSum reduceSumSquare relu reshape reverseByLength rmsprop
    sameShape sampledCrossEntropy samplingProbabilities scalar scan scatterElements scatterRows serialize sgd shiftRight sigmoid sign slice softmax split sqrt square squeeze storedTensors sub sumOf sumTo swapBatchAndTime
    tanh toFloat16 toInt8 topK traceAnswers traceEvaluate traceFlatUpdate traceGenerate traceGradients traceInference tracePredict traceTrain traceUpdate traceVariant transpose
    unrollScans unsqueeze
    where wordDropout"
  `);
});

test("@s2s/runtime", () => {
  expect(namesOf(runtime)).toMatchInlineSnapshot(`
    "END_ID
    Graphs
    Heap
    METADATA_KEYS Model
    PAD_ID PROVIDERS
    RESERVED_TOKENS
    SEARCH_NUMBERS SPECIAL_TOKENS START_ID Seq2Seq
    Tensor Tokenizer
    UNKNOWN_ID UserError
    Vocabulary
    createSession cutText cutterOf
    decodeImage
    findModelFile
    given graphSource
    load looksReserved
    namesOf normalizer
    openBundle openFolder openSource ortVersion
    parseLabels parseManifest parseSearchOptions parseTokenizer pictureInput probeProvider providerRequirements
    readBundle readImage requireLikeMembers requireProvider resolveBundle
    scoreTargets search serializeLabels serializeTokenizer
    targetIds"
  `);
});

test("@s2s/runtime/manifest and /ort", () => {
  expect(namesOf(manifest)).toMatchInlineSnapshot(`
    "ATTENTIONS
    BRIDGES
    CELLS CONTEXTS
    ElementTypeSchema
    FORECAST_MODES FORMAT_VERSION FileInfoSchema
    GraphInfoSchema
    MANIFEST_FILE ManifestSchema ModelSchema
    NORMALIZATIONS
    OPTIMIZERS
    POOLINGS PRECISIONS ProvenanceSchema
    SeriesSchema SpecialTokensSchema StateInfoSchema
    TASKS TOKEN_UNITS TargetSchema TensorInfoSchema TokenizerSchema TrainableSchema
    VariantSchema
    isSeq2Seq"
  `);
  expect(namesOf(ort)).toMatchInlineSnapshot(`
    "Tensor
    createSession
    ortVersion
    provideWasm
    startOrt"
  `);
});

test("@s2s/trainer", () => {
  expect(namesOf(trainer)).toMatchInlineSnapshot(`
    "CheckpointFolder ConfigSchema
    DEMO_PAGE
    EXPORT_DEFAULTS
    FORECAST_BASELINES
    GraphsManifestSchema
    PairStore
    SERVICE_WORKER SafetensorsFile
    TEXT_MEASURES
    approximateRandomization areSpanLabels
    batchCount benchCases benchDecode benchTrain bleu buildInferenceGraphs bundleEncoding bundleFiles
    cer chrf classificationFigures collate configJsonSchema configKeys corpusScore countSegments createExecutor
    decodeWithBundle defaultThreads demoPage describeFilter describeValue
    encodeCorpus encodeSafetensors evaluateBundle evaluationBatches exact exactMatch exportBundle exportRun exportWeb
    fitWindowLinear fitWindowMlp forecastFigures
    hash32 holdsRun
    keyedPermutation
    languageFigures loadDataset longestLengths
    makeFolder meanUnits measureAnswers measureBaselines measureBundle modelConfig
    naive
    pairedBootstrap parseCsv per
    readConfig readConfigInput readGraphsManifest readPairs readRunConfig refuseIdleKeys resolveConfig runPaths
    seasonalError seasonalNaive segmentScore selectExamples selectPairs ser serviceWorker shardBatch siteFiles spanFigures spansOf splitPairs
    taggingFigures taskOf teacherForcing testItems textSides train trainingBatches trainingErrors
    uniform
    weightsOf wer writeFileAtomically writeGraphs"
  `);
});

test("@s2s/cli", () => {
  expect(namesOf(cli)).toMatchInlineSnapshot(`
    "Terminal
    run"
  `);
});

test("@s2s/parity", () => {
  expect(namesOf(parity)).toMatchInlineSnapshot(`
    "DEVICE_NAMES
    PredictorReference
    Reference
    StrokeReference
    checkParity chooseDevices crossEntropy
    searchReference"
  `);
});
