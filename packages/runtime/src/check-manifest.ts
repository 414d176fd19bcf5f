import { UserError } from "./errors.ts";
import { MANIFEST_FILE, type GraphInfo, type Manifest, type TensorInfo, type Variant } from "./manifest.ts";
import { namesOf } from "./names-of.ts";

/** Names at the border of the two graphs; those of the states are the manifest's. */
export const SOURCE = "source";
export const SOURCE_LENGTHS = "source_lengths";
export const TOKEN = "token";
export const LOGITS = "logits";

type Form = readonly [type: string, shape: readonly null[]];
/** Those of the graph that generates whole answers: docs/design.md says what they mean. */
const GENERATE_INPUTS: Readonly<Record<string, Form>> = {
  [SOURCE]: ["int32", [null, null]],
  [SOURCE_LENGTHS]: ["int32", [null]],
  max_length: ["int32", []],
  beams: ["int32", []],
  length_penalty: ["float32", []],
};
const GENERATE_OUTPUTS: Readonly<Record<string, Form>> = {
  ids: ["int32", [null, null, null]],
  lengths: ["int32", [null, null]],
  scores: ["float32", [null, null]],
};

/** What the schema cannot say: that the parts of a manifest agree. @throws UserError */
export function checkManifest(manifest: Manifest, where: string): void {
  const fail = (problem: string): never => {
    throw new UserError(`${where}: ${problem}; export the bundle again`);
  };
  checkFiles(manifest, fail);
  checkVocabularies(manifest, fail);
  checkVariants(manifest, fail);
}

type Fail = (problem: string) => never;

function checkFiles(manifest: Manifest, fail: Fail): void {
  const { files, variants, trainable } = manifest;
  const listed = new Set(files.map(({ name }) => name));
  if (listed.size < files.length) fail("files lists a name twice");
  if (listed.has(MANIFEST_FILE)) fail(`files lists ${MANIFEST_FILE} itself`);
  const used = namesOf(manifest);
  if (trainable) used.push(trainable.graph.file);
  for (const { graphs, weights } of variants) {
    // A graph that holds its weights also holds this manifest, which cannot have its checksum.
    if (weights !== undefined) used.push(weights, ...graphsOf(graphs).map(({ file }) => file));
  }
  for (const file of used) if (!listed.has(file)) fail(`${file} is used but not listed in files`);
}

function checkVariants(manifest: Manifest, fail: Fail): void {
  const { variants, trainable } = manifest;
  const precisions = new Set(variants.map(({ precision }) => precision));
  if (precisions.size < variants.length) fail("variants lists a precision twice");
  if (trainable && !precisions.has("float32")) fail("trainable needs a float32 variant, whose weights it goes on from");
  for (const { precision, graphs, weights } of variants) {
    const { encoder, decoder, generate } = graphs;
    const path = `variants.${precision}.graphs`;
    if ((encoder || decoder) && weights === undefined) fail(`variants.${precision}.weights is missing`);
    if (encoder && decoder) checkSplitGraphs(`${path}.encoder`, encoder, `${path}.decoder`, decoder, manifest, fail);
    else if (encoder || decoder) fail(`${path} has an encoder or a decoder alone`);
    else if (!generate) fail(`${path} is empty`);
    if (generate) checkGenerate(`${path}.generate`, generate, fail);
  }
}

const graphsOf = (graphs: Variant["graphs"]): GraphInfo[] => Object.values(graphs).filter((graph) => graph !== undefined);

/** Names are there where the model wants them, and nowhere else, and as many. */
function checkVocabularies({ model: { input, output }, source, target, labels }: Manifest, fail: Fail): void {
  checkSize("source.size", source?.size, "model.input.vocabulary", input.kind === "tokens" ? input.vocabulary : undefined, fail);
  checkSize("target.size", target?.size, "model.output.vocabulary", output.kind === "tokens" ? output.vocabulary : undefined, fail);
  const classes = output.kind === "label" || output.kind === "labels" ? output.classes : undefined;
  checkSize("labels.size", labels?.size, "model.output.classes", classes, fail);
}

function checkSize(name: string, size: number | undefined, modelName: string, modelSize: number | undefined, fail: Fail): void {
  if (size !== modelSize) fail(`${name} is ${size ?? "missing"} but ${modelName} ${modelSize ?? "missing"}`);
}

function checkSplitGraphs(
  encoderPath: string,
  encoder: GraphInfo,
  decoderPath: string,
  decoder: GraphInfo,
  { states, model }: Manifest,
  fail: Fail,
): void {
  if (states.length === 0) fail("states is empty, so nothing leads from the encoder to the decoder");
  const initial = states.map((state) => state.initial as string);
  const inputs = states.map((state) => state.input);
  const outputs = states.map((state) => state.output);
  requireNames(`${encoderPath}.inputs`, encoder.inputs, [SOURCE, SOURCE_LENGTHS], fail);
  requireNames(`${encoderPath}.outputs`, encoder.outputs, initial, fail);
  requireNames(`${decoderPath}.inputs`, decoder.inputs, [TOKEN, ...inputs], fail);
  requireNames(`${decoderPath}.outputs`, decoder.outputs, [LOGITS, ...outputs], fail);

  requireTensor(`${encoderPath}.inputs`, find(encoder.inputs, SOURCE), "int32", [null, null], fail);
  requireTensor(`${encoderPath}.inputs`, find(encoder.inputs, SOURCE_LENGTHS), "int32", [null], fail);
  requireTensor(`${decoderPath}.inputs`, find(decoder.inputs, TOKEN), "int32", [null], fail);
  requireTensor(
    `${decoderPath}.outputs`,
    find(decoder.outputs, LOGITS),
    "float32",
    [null, model.output.kind === "tokens" ? model.output.vocabulary : null],
    fail,
  );
  for (const state of states) {
    const width = find(encoder.outputs, state.initial as string)?.shape[1];
    if (typeof width !== "number") return fail(`${encoderPath}.outputs: ${state.initial} must have a number as its second dimension`);
    requireTensor(`${encoderPath}.outputs`, find(encoder.outputs, state.initial as string), "float32", [null, width], fail);
    requireTensor(`${decoderPath}.inputs`, find(decoder.inputs, state.input), "float32", [null, width], fail);
    requireTensor(`${decoderPath}.outputs`, find(decoder.outputs, state.output), "float32", [null, width], fail);
  }
}

function checkGenerate(path: string, { inputs, outputs }: GraphInfo, fail: Fail): void {
  requireNames(`${path}.inputs`, inputs, Object.keys(GENERATE_INPUTS), fail);
  requireNames(`${path}.outputs`, outputs, Object.keys(GENERATE_OUTPUTS), fail);
  for (const [name, [type, shape]] of Object.entries(GENERATE_INPUTS))
    requireTensor(`${path}.inputs`, find(inputs, name), type, shape, fail);
  for (const [name, [type, shape]] of Object.entries(GENERATE_OUTPUTS)) {
    requireTensor(`${path}.outputs`, find(outputs, name), type, shape, fail);
  }
}

function requireNames(path: string, given: GraphInfo["inputs"], expected: readonly string[], fail: Fail): void {
  const names = given.map(({ name }) => name);
  if (names.toSorted().join("\n") !== expected.toSorted().join("\n")) fail(`${path} must be ${list(expected)}, not ${list(names)}`);
  if (new Set(names).size < names.length) fail(`${path} has a name twice`);
}

/** `null` stands for a symbolic dimension, such as the batch. */
function requireTensor(path: string, tensor: TensorInfo | undefined, type: string, shape: readonly (number | null)[], fail: Fail): void {
  const right =
    tensor !== undefined &&
    tensor.type === type &&
    tensor.shape.length === shape.length &&
    shape.every((expected, i) => (expected === null ? typeof tensor.shape[i] === "string" : tensor.shape[i] === expected));
  if (!right) {
    const form = `${type} [${shape.map((dimension) => dimension ?? "symbol").join(", ")}]`;
    fail(`${path}: ${tensor?.name} must be ${form}, not ${tensor?.type} [${tensor?.shape.join(", ")}]`);
  }
}

function find(tensors: readonly TensorInfo[], name: string): TensorInfo | undefined {
  return tensors.find((tensor) => tensor.name === name);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown || "nothing";
}
