import { UserError } from "./errors.ts";
import { MANIFEST_FILE, type GraphInfo, type Manifest, type TensorInfo } from "./manifest.ts";

/** Names at the border of the two graphs; those of the states are the manifest's. */
export const SOURCE = "source";
export const SOURCE_LENGTHS = "source_lengths";
export const TOKEN = "token";
export const LOGITS = "logits";

/** What the schema cannot say: that the parts of a manifest agree. @throws UserError */
export function checkManifest(manifest: Manifest, where: string): void {
  const fail = (problem: string): never => {
    throw new UserError(`${where}: ${problem}; export the bundle again`);
  };
  checkFiles(manifest, fail);
  checkVocabularies(manifest, fail);
  checkGraphs(manifest, fail);
}

type Fail = (problem: string) => never;

function checkFiles({ files, graphs, weights, source, target }: Manifest, fail: Fail): void {
  const listed = new Set(files.map(({ name }) => name));
  if (listed.size < files.length) fail("files lists a name twice");
  if (listed.has(MANIFEST_FILE)) fail(`files lists ${MANIFEST_FILE} itself`);
  for (const file of [graphs.encoder.file, graphs.decoder.file, weights, source.vocabulary, target.vocabulary]) {
    if (!listed.has(file)) fail(`${file} is used but not listed in files`);
  }
}

function checkVocabularies({ model, source, target }: Manifest, fail: Fail): void {
  if (source.size !== model.sourceVocabulary) fail(`source.size is ${source.size} but model.sourceVocabulary ${model.sourceVocabulary}`);
  if (target.size !== model.targetVocabulary) fail(`target.size is ${target.size} but model.targetVocabulary ${model.targetVocabulary}`);
}

function checkGraphs({ graphs: { encoder, decoder }, states, model }: Manifest, fail: Fail): void {
  if (states.length === 0) fail("states is empty, so nothing leads from the encoder to the decoder");
  const initial = states.map((state) => state.initial);
  const inputs = states.map((state) => state.input);
  const outputs = states.map((state) => state.output);
  requireNames("graphs.encoder.inputs", encoder.inputs, [SOURCE, SOURCE_LENGTHS], fail);
  requireNames("graphs.encoder.outputs", encoder.outputs, initial, fail);
  requireNames("graphs.decoder.inputs", decoder.inputs, [TOKEN, ...inputs], fail);
  requireNames("graphs.decoder.outputs", decoder.outputs, [LOGITS, ...outputs], fail);

  requireTensor("graphs.encoder.inputs", find(encoder.inputs, SOURCE), "int32", [null, null], fail);
  requireTensor("graphs.encoder.inputs", find(encoder.inputs, SOURCE_LENGTHS), "int32", [null], fail);
  requireTensor("graphs.decoder.inputs", find(decoder.inputs, TOKEN), "int32", [null], fail);
  requireTensor("graphs.decoder.outputs", find(decoder.outputs, LOGITS), "float32", [null, model.targetVocabulary], fail);
  for (const state of states) {
    const width = find(encoder.outputs, state.initial)?.shape[1];
    if (typeof width !== "number") return fail(`graphs.encoder.outputs: ${state.initial} must have a number as its second dimension`);
    requireTensor("graphs.encoder.outputs", find(encoder.outputs, state.initial), "float32", [null, width], fail);
    requireTensor("graphs.decoder.inputs", find(decoder.inputs, state.input), "float32", [null, width], fail);
    requireTensor("graphs.decoder.outputs", find(decoder.outputs, state.output), "float32", [null, width], fail);
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
