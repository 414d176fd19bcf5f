import * as v from "valibot";

/** The manifest's file name inside a bundle. */
export const MANIFEST_FILE = "s2s.json";
/** Raised when a manifest of the older form can no longer be read. */
export const FORMAT_VERSION = 2;

/** Upper bounds, so that a hostile manifest cannot ask for absurd amounts of memory. */
const MAX_SIZE = 1_000_000;
const MAX_LAYERS = 64;
const MAX_LENGTH = 100_000;
const MAX_DIMENSION = 2 ** 40;
const MAX_BYTES = 64 * 2 ** 30;

const count = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max));
/** What is only shown. */
const figure = v.pipe(v.number(), v.minValue(-Number.MAX_SAFE_INTEGER), v.maxValue(Number.MAX_SAFE_INTEGER));
/** That of a run that diverged can be any number. */
const loss = v.pipe(v.number(), v.minValue(-Number.MAX_VALUE), v.maxValue(Number.MAX_VALUE));
const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
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

/** One recurrent state: which encoder output starts it, which decoder input takes it, which decoder output is its next value. */
export const StateInfoSchema = v.strictObject({ initial: name, input: name, output: name });

export const TokenizerSchema = v.strictObject({
  tokens: v.picklist(["char", "word"]),
  normalization: v.literal("NFC"),
  /** File with the vocabulary: a JSON array of strings, the index is the id. */
  vocabulary: fileName,
  size: count(10_000_000),
});

export const SpecialTokensSchema = v.strictObject({
  pad: v.literal(0),
  unknown: v.literal(1),
  start: v.literal(2),
  end: v.literal(3),
});

const encoderSchema = v.strictObject({
  embedding: count(MAX_SIZE),
  hidden: count(MAX_SIZE),
  layers: count(MAX_LAYERS),
  bidirectional: v.boolean(),
  reverseSource: v.boolean(),
});
const decoderSchema = v.strictObject({
  embedding: count(MAX_SIZE),
  hidden: count(MAX_SIZE),
  layers: count(MAX_LAYERS),
});

/** What the builder needs to trace the model's graphs again. */
export const ModelSchema = v.strictObject({
  kind: v.literal("seq2seq"),
  sourceVocabulary: count(10_000_000),
  targetVocabulary: count(10_000_000),
  encoder: encoderSchema,
  decoder: decoderSchema,
});

/** How the weights are stored; the first is also how the model was trained. */
export const PRECISIONS = ["float32", "float16", "int8"] as const;

/** The same model in one precision. Graphs with `weights` point into that file; without, they hold their weights themselves. */
export const VariantSchema = v.strictObject({
  precision: v.picklist(PRECISIONS),
  /** Encoder and decoder come together; a model in one file has `generate` alone. */
  graphs: v.strictObject({
    encoder: v.optional(GraphInfoSchema),
    decoder: v.optional(GraphInfoSchema),
    generate: v.optional(GraphInfoSchema),
  }),
  /** External data of the variant's graphs: a safetensors file, so that the same bytes serve ONNX Runtime and other tools. */
  weights: v.optional(fileName),
});

/** A whole training step in one graph, which goes on from the float32 variant's weights. */
export const TrainableSchema = v.strictObject({
  graph: GraphInfoSchema,
  optimizer: v.picklist(["sgd", "momentum", "adam", "adamw"]),
  /** The step takes and gives back `<slot>/<parameter>`, zero at the start. */
  slots: v.pipe(v.array(name), v.maxLength(10)),
  learningRate: v.pipe(v.number(), v.minValue(0), v.maxValue(1000)),
  /** Whether the step takes a `dropout_seed`. */
  dropout: v.boolean(),
  /** Of the loss that the step gives. */
  labelSmoothing: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0),
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
  validation: v.optional(v.strictObject({ loss, tokenAccuracy: fraction, sequenceAccuracy: v.optional(fraction) })),
});

export const ManifestSchema = v.strictObject({
  formatVersion: v.literal(FORMAT_VERSION),
  task: v.literal("translate"),
  model: ModelSchema,
  source: TokenizerSchema,
  target: TokenizerSchema,
  special: SpecialTokensSchema,
  /** Longest source accepted and longest target generated, in tokens, `</s>` included. */
  maxSourceLength: count(MAX_LENGTH),
  maxTargetLength: count(MAX_LENGTH),
  /** In the author's order of preference: what runs on a device and comes first is taken. */
  variants: v.pipe(v.array(VariantSchema), v.minLength(1), v.maxLength(PRECISIONS.length)),
  trainable: v.optional(TrainableSchema),
  /** Recurrent states of the decoder, in the order of its inputs. */
  states: v.pipe(v.array(StateInfoSchema), v.maxLength(1_000)),
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
export type ModelConfig = v.InferOutput<typeof ModelSchema>;
export type Provenance = v.InferOutput<typeof ProvenanceSchema>;
export type Manifest = v.InferOutput<typeof ManifestSchema>;
