import * as v from "valibot";

/** Upper bounds, so that a hostile manifest cannot ask for absurd amounts of memory. */
const MAX_SIZE = 1_000_000;
const MAX_LAYERS = 64;
const MAX_VOCABULARY = 10_000_000;
const MAX_PIXELS = 4096;

const count = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max));
const size = count(MAX_SIZE);

/** Recurrent cells; the builder has a file for each. */
export const CELLS = ["rnn", "rnn-relu", "gru", "gru-reset-after", "lstm", "layer-norm-lstm"] as const;
/** How the encoder's states become the decoder's first ones. */
export const BRIDGES = ["copy", "linear", "tanh", "zero", "mean"] as const;
/** Where the decoder gets to see the encoder's summary: in its first state alone, or in every step too (Cho et al. 2014). */
export const CONTEXTS = ["initial", "every-step"] as const;
export const ATTENTIONS = ["none", "dot", "scaled-dot", "general", "scaled-general", "additive"] as const;
/** How a sequence becomes one vector: its final states, or the mean or maximum of all outputs. */
export const POOLINGS = ["last", "mean", "max"] as const;
export const NORMALIZATIONS = ["none", "batch", "layer"] as const;
/** Numbers to come: all from one state, or one at a time, each fed back. */
export const FORECAST_MODES = ["direct", "recursive"] as const;

const imageShape = {
  channels: count(4),
  height: count(MAX_PIXELS),
  width: count(MAX_PIXELS),
  /** Of each block of convolution, normalisation, relu and pooling by 2. */
  filters: v.pipe(v.array(count(4096)), v.minLength(1), v.maxLength(12)),
  /** Width and height of the convolutions' windows; odd. */
  kernel: count(15),
  normalization: v.picklist(NORMALIZATIONS),
  /** Width of the vector that an image becomes. */
  features: size,
};

/** What goes in: decides the graphs' inputs, see docs/design.md. */
const InputSchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("tokens"), vocabulary: count(MAX_VOCABULARY), embedding: size }),
  v.strictObject({ kind: v.literal("vectors"), width: size }),
  v.strictObject({ kind: v.literal("vector"), width: size }),
  v.strictObject({ kind: v.literal("image"), ...imageShape }),
  v.strictObject({ kind: v.literal("frames"), ...imageShape }),
  v.strictObject({ kind: v.literal("none") }),
]);

const recurrent = { cell: v.picklist(CELLS), hidden: size, layers: count(MAX_LAYERS) };

/** Recurrent layers over a sequence of inputs. */
const EncoderSchema = v.strictObject({ ...recurrent, bidirectional: v.boolean(), reverseSource: v.boolean(), residual: v.boolean() });

/** What comes out. */
const OutputSchema = v.variant("kind", [
  v.strictObject({
    kind: v.literal("tokens"),
    vocabulary: count(MAX_VOCABULARY),
    embedding: size,
    ...recurrent,
    residual: v.boolean(),
    bridge: v.picklist(BRIDGES),
    context: v.picklist(CONTEXTS),
    attention: v.picklist(ATTENTIONS),
    coverage: v.boolean(),
    inputFeeding: v.boolean(),
    copy: v.boolean(),
    /** The readout is the target embedding transposed. */
    tied: v.boolean(),
    /** Source and target have one embedding. */
    shared: v.boolean(),
  }),
  v.strictObject({ kind: v.literal("label"), classes: count(MAX_VOCABULARY), pooling: v.picklist(POOLINGS) }),
  v.strictObject({ kind: v.literal("labels"), classes: count(MAX_VOCABULARY) }),
  v.strictObject({
    kind: v.literal("numbers"),
    width: size,
    steps: count(100_000),
    mode: v.picklist(FORECAST_MODES),
    /** Which of the input's columns the outputs are. */
    indices: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_SIZE))), v.minLength(1)),
  }),
  v.strictObject({ kind: v.literal("strokes"), mixtures: count(1000), ...recurrent, attention: v.picklist(ATTENTIONS) }),
]);

/** What the builder needs to trace the model's graphs again. */
export const ModelSchema = v.strictObject({
  input: InputSchema,
  /** Null where the input is no sequence. */
  encoder: v.nullable(EncoderSchema),
  output: OutputSchema,
});

export type CellName = (typeof CELLS)[number];
export type BridgeName = (typeof BRIDGES)[number];
export type AttentionName = (typeof ATTENTIONS)[number];
export type Pooling = (typeof POOLINGS)[number];
export type ModelConfig = v.InferOutput<typeof ModelSchema>;
export type InputConfig = ModelConfig["input"];
export type EncoderConfig = NonNullable<ModelConfig["encoder"]>;
export type OutputConfig = ModelConfig["output"];

/** One kind of input or output. */
export type InputOf<K extends InputConfig["kind"]> = Extract<InputConfig, { kind: K }>;
export type OutputOf<K extends OutputConfig["kind"]> = Extract<OutputConfig, { kind: K }>;

/** A model from tokens to tokens: an encoder-decoder. */
export interface Seq2SeqConfig extends ModelConfig {
  input: InputOf<"tokens">;
  encoder: EncoderConfig;
  output: OutputOf<"tokens">;
}

/** Whether a model goes from tokens to tokens. */
export const isSeq2Seq = (model: ModelConfig): model is Seq2SeqConfig =>
  model.input.kind === "tokens" && model.encoder !== null && model.output.kind === "tokens";
