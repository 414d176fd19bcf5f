import * as v from "valibot";
import { ModelSchema } from "./model-config.ts";
import { TOKEN_UNITS } from "./tokenizers/cut.ts";

export {
  ATTENTIONS,
  type AttentionName,
  BRIDGES,
  type BridgeName,
  CELLS,
  type CellName,
  CONTEXTS,
  type EncoderConfig,
  FORECAST_MODES,
  type InputConfig,
  type InputOf,
  isSeq2Seq,
  type ModelConfig,
  ModelSchema,
  NORMALIZATIONS,
  type OutputConfig,
  type OutputOf,
  POOLINGS,
  type Pooling,
  type Seq2SeqConfig,
} from "./model-config.ts";

export { TOKEN_UNITS, type TokenUnit } from "./tokenizers/cut.ts";

/** The manifest's file name inside a bundle. */
export const MANIFEST_FILE = "s2s.json";
/** Raised when a manifest of the older form can no longer be read. */
export const FORMAT_VERSION = 3;

/** Upper bounds, so that a hostile manifest cannot ask for absurd amounts of memory. */
const MAX_LENGTH = 100_000;
const MAX_DIMENSION = 2 ** 40;
const MAX_BYTES = 64 * 2 ** 30;

const count = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
/** What is only shown. */
const figure = v.pipe(v.number(), v.minValue(-Number.MAX_SAFE_INTEGER), v.maxValue(Number.MAX_SAFE_INTEGER));
/** That of a run that diverged can be any number. */
const loss = v.pipe(v.number(), v.minValue(-Number.MAX_VALUE), v.maxValue(Number.MAX_VALUE));
// oxlint-disable-next-line no-control-regex -- names stand in messages of one line; without flags, which JSON Schema has not
const ONE_LINE = /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/;
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(200), v.regex(ONE_LINE, "must hold no control characters"));
/** A file inside the bundle's own folder: no folders, no `..`, nothing hidden. */
const fileName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/, "must be a plain file name"));

export const ElementTypeSchema = v.picklist(["float16", "float32", "float64", "int32", "int64", "bool"]);

/** An input, output or parameter of a graph: a dimension is a number or a symbol such as "B". */
export const TensorInfoSchema = v.strictObject({
  name,
  type: ElementTypeSchema,
  shape: v.pipe(v.array(v.union([v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_DIMENSION)), name])), v.maxLength(8)),
});

export const GraphInfoSchema = v.strictObject({
  file: fileName,
  inputs: v.pipe(v.array(TensorInfoSchema), v.maxLength(10_000)),
  outputs: v.pipe(v.array(TensorInfoSchema), v.maxLength(10_000)),
});

/** Of a tensor, its batch left out: numbers, or symbols such as "S". */
const innerShape = v.pipe(
  v.array(v.union([v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_DIMENSION)), name])),
  v.maxLength(7),
);

/** A state of the decoder: which encoder output starts it (null: zeros), which decoder input takes it, which decoder output is its next value. */
export const StateInfoSchema = v.strictObject({ initial: v.nullable(name), input: name, output: name, shape: innerShape });

export const TokenizerSchema = v.strictObject({
  tokens: v.picklist(TOKEN_UNITS),
  /** In the form of Hugging Face's tokenizer.json; both sides may share one. */
  file: fileName,
  size: count(10_000_000),
});

export const TargetSchema = v.strictObject({
  ...TokenizerSchema.entries,
  /** Whether a target is written from its last token to its first: what goes into the decoder and comes out of it is then turned around. */
  reversed: v.optional(v.boolean()),
});

export const SpecialTokensSchema = v.strictObject({
  pad: v.literal(0),
  unknown: v.literal(1),
  start: v.literal(2),
  end: v.literal(3),
});

/** What a model is for: what it is asked and how its answers are measured. */
export const TASKS = ["translate", "classify", "tag", "next", "generate", "forecast", "caption", "draw"] as const;

/** How the weights are stored; the first is also how the model was trained. */
export const PRECISIONS = ["float32", "float16", "int8"] as const;

/** The same model in one precision. Graphs with `weights` point into that file; without, they hold their weights themselves. */
export const VariantSchema = v.strictObject({
  precision: v.picklist(PRECISIONS),
  /**
   * Of a model that answers step by step: `decoder`, and `encoder` where it has a source; a model in one file has `generate` alone. Of one that
   * answers at once: `predict`.
   */
  graphs: v.strictObject({
    encoder: v.optional(GraphInfoSchema),
    decoder: v.optional(GraphInfoSchema),
    generate: v.optional(GraphInfoSchema),
    predict: v.optional(GraphInfoSchema),
  }),
  /** External data of the variant's graphs: a safetensors file, so that the same bytes serve ONNX Runtime and other tools. */
  weights: v.optional(fileName),
});

export const OPTIMIZERS = ["sgd", "momentum", "rmsprop", "adagrad", "adadelta", "adam", "adamw", "nadam"] as const;

/** A whole training step in one graph, which goes on from the float32 variant's weights. */
export const TrainableSchema = v.strictObject({
  graph: GraphInfoSchema,
  optimizer: v.picklist(OPTIMIZERS),
  /** The step takes and gives back `<slot>/<parameter>`, zero at the start. */
  slots: v.pipe(v.array(name), v.maxLength(10)),
  learningRate: v.pipe(v.number(), v.minValue(0), v.maxValue(1000)),
  /** Whether the step takes a `dropout_seed`. */
  dropout: v.boolean(),
  /** Share of true tokens that the decoder is fed: of a step that takes `teacher_forcing`. */
  teacherForcing: v.optional(share, 1),
  /** Of the loss that the step gives: probability spread over the vocabulary, and what looking at a place again costs. */
  labelSmoothing: v.optional(share, 0),
  coverageWeight: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1000)), 0),
});

/** The columns that a forecast knows and gives, and how they were scaled: (x - mean) / deviation. */
export const SeriesSchema = v.strictObject({
  inputs: v.pipe(v.array(v.strictObject({ name, mean: loss, deviation: loss })), v.minLength(1), v.maxLength(10_000)),
  outputs: v.pipe(v.array(name), v.minLength(1), v.maxLength(10_000)),
  /** Steps that are looked back upon. */
  window: count(MAX_LENGTH),
  /** Mean change of each output over a season in the training part: what MASE measures errors by. */
  seasonalErrors: v.optional(v.pipe(v.array(loss), v.maxLength(10_000))),
});

export const FileInfoSchema = v.strictObject({
  name: fileName,
  bytes: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_BYTES)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits")),
});

/** How the weights came to be; figures are those of the exported checkpoint. */
export const ProvenanceSchema = v.strictObject({
  createdBy: v.pipe(v.string(), v.maxLength(1000)),
  seed: v.optional(figure),
  steps: v.optional(figure),
  epochs: v.optional(figure),
  /** The loss and what else the task measures, by name. */
  validation: v.optional(v.objectWithRest({ loss }, loss)),
});

export const ManifestSchema = v.strictObject({
  formatVersion: v.literal(FORMAT_VERSION),
  task: v.picklist(TASKS),
  model: ModelSchema,
  /** Further models that its graphs hold: what all give is averaged. Parameters, states and memory of each stand behind its number, the first's too. */
  members: v.optional(v.pipe(v.array(ModelSchema), v.minLength(1), v.maxLength(100))),
  /** Where tokens go in, and where they come out. */
  source: v.optional(TokenizerSchema),
  target: v.optional(TargetSchema),
  /** What a classifier or tagger chooses from: a file with a JSON array of texts. */
  labels: v.optional(v.strictObject({ file: fileName, size: count(10_000_000) })),
  series: v.optional(SeriesSchema),
  /** What coordinates of strokes were divided by. */
  strokeScale: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1e9))),
  special: SpecialTokensSchema,
  /** Longest source accepted and longest target generated, in tokens, `</s>` included, or in steps. */
  maxSourceLength: count(MAX_LENGTH),
  maxTargetLength: count(MAX_LENGTH),
  /** In the author's order of preference: what runs on a device and comes first is taken. */
  variants: v.pipe(v.array(VariantSchema), v.minLength(1), v.maxLength(PRECISIONS.length)),
  trainable: v.optional(TrainableSchema),
  /** States of the decoder, in the order of its inputs. */
  states: v.pipe(v.array(StateInfoSchema), v.maxLength(1_000)),
  /** What the decoder looks at in every step and never changes: outputs of the encoder and inputs of the decoder, under one name. */
  memory: v.pipe(v.array(name), v.maxLength(1_000)),
  parameters: v.pipe(v.array(TensorInfoSchema), v.maxLength(10_000)),
  /** Every other file of the bundle with its size and checksum. */
  files: v.pipe(v.array(FileInfoSchema), v.maxLength(1_000)),
  training: ProvenanceSchema,
});

export type ElementType = v.InferOutput<typeof ElementTypeSchema>;
export type TensorInfo = v.InferOutput<typeof TensorInfoSchema>;
export type GraphInfo = v.InferOutput<typeof GraphInfoSchema>;
export type Precision = (typeof PRECISIONS)[number];
export type Variant = v.InferOutput<typeof VariantSchema>;
export type Trainable = v.InferOutput<typeof TrainableSchema>;
export type StateInfo = v.InferOutput<typeof StateInfoSchema>;
export type TokenizerInfo = v.InferOutput<typeof TokenizerSchema>;
export type FileInfo = v.InferOutput<typeof FileInfoSchema>;
export type TaskName = (typeof TASKS)[number];
export type SeriesInfo = v.InferOutput<typeof SeriesSchema>;
export type Provenance = v.InferOutput<typeof ProvenanceSchema>;
export type Manifest = v.InferOutput<typeof ManifestSchema>;
