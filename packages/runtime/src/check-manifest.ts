import { UserError } from "./errors.ts";
import { ATTENTION, type Forms, GENERATE_INPUTS, GENERATE_OUTPUTS, predictionForms, sourceForms, stepForms } from "./graph-forms.ts";
import { MANIFEST_FILE, type GraphInfo, type InputConfig, type Manifest, type TensorInfo, type Variant } from "./manifest.ts";
import { namesOf } from "./names-of.ts";

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
    const { encoder, decoder, generate, predict } = graphs;
    const path = `variants.${precision}.graphs`;
    if ((encoder || decoder || predict) && weights === undefined) fail(`variants.${precision}.weights is missing`);
    if (encoder || decoder) checkSteps(path, graphs, manifest, fail);
    else if (!generate && !predict) fail(`${path} is empty`);
    if (generate) checkGenerate(`${path}.generate`, generate, manifest, fail);
    if (predict) checkPredict(`${path}.predict`, predict, manifest, fail);
  }
}

const graphsOf = (graphs: Variant["graphs"]): GraphInfo[] => Object.values(graphs).filter((graph) => graph !== undefined);

/** Names are there where the model wants them, and nowhere else, and as many. */
function checkVocabularies({ model: { input, output }, source, target, labels }: Manifest, fail: Fail): void {
  checkSize("source.size", source?.size, "model.input.vocabulary", input.kind === "tokens" ? input.vocabulary : undefined, fail);
  checkSize("target.size", target?.size, "model.output.vocabulary", output.kind === "tokens" ? output.vocabulary : undefined, fail);
  if (target?.reversed && input.kind === "none") fail("target.reversed is for models with a source");
  const classes = output.kind === "label" || output.kind === "labels" ? output.classes : undefined;
  checkSize("labels.size", labels?.size, "model.output.classes", classes, fail);
}

function checkSize(name: string, size: number | undefined, modelName: string, modelSize: number | undefined, fail: Fail): void {
  if (size !== modelSize) fail(`${name} is ${size ?? "missing"} but ${modelName} ${modelSize ?? "missing"}`);
}

/** The encoder, where the model has a source, and one step of the decoder. */
function checkSteps(path: string, { encoder, decoder }: Variant["graphs"], { states, memory, model }: Manifest, fail: Fail): void {
  const step = stepForms(model.output);
  if (!step) return fail(`${path} has a decoder, but the model gives its ${model.output.kind} at once`);
  const sourced = model.input.kind !== "none";
  if (!decoder || (encoder !== undefined) !== sourced)
    return fail(`${path} must have ${sourced ? "an encoder and a decoder" : "a decoder alone"}`);
  if (states.length === 0) fail("states is empty, so nothing leads from step to step");
  const first = states.flatMap(({ initial }) => initial ?? []);
  if (encoder) {
    requireForms(`${path}.encoder.inputs`, encoder.inputs, sourceForms(model.input), [], fail);
    requireNames(`${path}.encoder.outputs`, encoder.outputs, [...first, ...memory], fail);
  } else if (first.length > 0 || memory.length > 0) fail("states and memory come from an encoder, which the model has not");
  requireForms(`${path}.decoder.inputs`, decoder.inputs, step.input, [...states.map(({ input }) => input), ...memory], fail);
  const attention: Forms = step.attends ? { [ATTENTION]: ["float32", [null, placesOf(model.input)]] } : {};
  requireForms(
    `${path}.decoder.outputs`,
    decoder.outputs,
    { ...step.output, ...attention },
    states.map(({ output }) => output),
    fail,
  );
  for (const { initial, input, output, shape } of states) {
    const form = [null, ...shape.map((size) => (typeof size === "number" ? size : null))];
    if (initial !== null) requireTensor(`${path}.encoder.outputs`, find(encoder?.outputs, initial), "float32", form, fail);
    requireTensor(`${path}.decoder.inputs`, find(decoder.inputs, input), "float32", form, fail);
    requireTensor(`${path}.decoder.outputs`, find(decoder.outputs, output), "float32", form, fail);
  }
  for (const name of memory) {
    const { type, shape } = find(encoder?.outputs, name) as TensorInfo;
    if (typeof shape[0] !== "string") fail(`${path}.encoder.outputs: ${name} must have the batch as its first dimension`);
    const form = shape.map((size) => (typeof size === "number" ? size : null));
    requireTensor(`${path}.decoder.inputs`, find(decoder.inputs, name), type, form, fail);
  }
}

/** Positions that can be attended to, where their number is the model's: in the last map of an image, which each block has halved. */
function placesOf(input: InputConfig): number | null {
  if (input.kind !== "image") return null;
  const halved = (size: number): number => Math.floor(size / 2 ** input.filters.length);
  return halved(input.height) * halved(input.width);
}

function checkGenerate(path: string, { inputs, outputs }: GraphInfo, { model }: Manifest, fail: Fail): void {
  requireForms(`${path}.inputs`, inputs, { ...sourceForms(model.input), ...GENERATE_INPUTS }, [], fail);
  requireForms(`${path}.outputs`, outputs, GENERATE_OUTPUTS, [], fail);
}

function checkPredict(path: string, { inputs, outputs }: GraphInfo, { model }: Manifest, fail: Fail): void {
  const forms = predictionForms(model.output);
  if (!forms) return fail(`${path} is there, but the model gives its ${model.output.kind} step by step`);
  requireForms(`${path}.inputs`, inputs, sourceForms(model.input), [], fail);
  requireForms(`${path}.outputs`, outputs, forms, [], fail);
}

/** Tensors of the given forms, and others of the given names. */
function requireForms(path: string, tensors: GraphInfo["inputs"], forms: Forms, others: readonly string[], fail: Fail): void {
  requireNames(path, tensors, [...Object.keys(forms), ...others], fail);
  for (const [name, [type, shape]] of Object.entries(forms)) requireTensor(path, find(tensors, name), type, shape, fail);
}

function requireNames(path: string, given: GraphInfo["inputs"], expected: readonly string[], fail: Fail): void {
  const names = given.map(({ name }) => name);
  if (names.toSorted().join("\n") !== expected.toSorted().join("\n")) fail(`${path} must be ${list(expected)}, not ${list(names)}`);
  if (new Set(names).size < names.length) fail(`${path} has a name twice`);
}

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

function find(tensors: readonly TensorInfo[] | undefined, name: string): TensorInfo | undefined {
  return tensors?.find((tensor) => tensor.name === name);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown || "nothing";
}
