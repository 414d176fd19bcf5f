import { UserError } from "@s2s/runtime/parts";
import type { Manifest, TensorInfo, Trainable } from "@s2s/runtime/manifest";

const ids = (...shape: null[]): Form => ({ type: "int32", shape });
const number: Form = { type: "float32", shape: [] };

/** `null` stands for a symbolic dimension. */
interface Form {
  readonly type: string;
  readonly shape: readonly (number | null)[];
}

const BATCH: Readonly<Record<string, Form>> = {
  source: ids(null, null),
  source_lengths: ids(null),
  target_input: ids(null, null),
  target_output: ids(null, null),
};
const SCALARS: Readonly<Record<string, Form>> = { scale: number, learning_rate: number };
/** Plain gradient descent has no use for the step's number; where nothing is drawn there is no seed, nor a share of true tokens. */
const OPTIONAL: Readonly<Record<string, Form>> = { step: ids(), dropout_seed: ids(), teacher_forcing: number };

/** What the training graph of a manifest says of its border is looked at before anything is run. @throws UserError that names the tensor */
export function checkTrainable(manifest: Manifest, where: string): Trainable {
  const { trainable, parameters, task, model } = manifest;
  if (trainable === undefined) {
    throw new UserError(`${where}: this bundle cannot be trained further; export it with \`s2s export RUN --out DIR --trainable\``);
  }
  if (model.input.kind !== "tokens" || model.output.kind !== "tokens")
    throw new UserError(`${where}: only models from texts to texts are trained further from pairs, and this one is for the task ${task}`);
  const { inputs, outputs } = trainable.graph;
  // A frozen parameter goes in and does not come out.
  const given = new Set(outputs.map(({ name }) => name));
  const trained = parameters.filter(({ name }) => given.has(`next.${name}`));
  if (trained.length === 0) throw new UserError(`${where}: trainable.graph.outputs: no parameter is trained; export the bundle again`);
  const learned = Object.fromEntries(["", ...trainable.slots.map((slot) => `${slot}/`)].flatMap((prefix) => formsOf(trained, prefix)));
  const weights = { ...Object.fromEntries(formsOf(parameters)), ...learned };
  const next = Object.fromEntries(Object.entries(learned).map(([name, form]) => [`next.${name}`, form]));
  requireForms(`${where}: trainable.graph.inputs`, inputs, { ...BATCH, ...SCALARS, ...weights }, OPTIONAL);
  requireForms(`${where}: trainable.graph.outputs`, outputs, { loss_sum: number, gradient_norm: number, ...next });
  return trainable;
}

/** The forms of parameters, or of their slots `<slot>/<parameter>`. */
const formsOf = (parameters: readonly TensorInfo[], prefix = ""): [string, Form][] =>
  parameters.map(({ name, type, shape }) => [`${prefix}${name}`, { type, shape: shape.map(asNumber) }]);

const asNumber = (dimension: number | string): number | null => (typeof dimension === "number" ? dimension : null);

function requireForms(
  where: string,
  tensors: readonly TensorInfo[],
  required: Readonly<Record<string, Form>>,
  optional: Readonly<Record<string, Form>> = {},
): void {
  const given = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const fail = (problem: string): never => {
    throw new UserError(`${where}: ${problem}; export the bundle again`);
  };
  if (given.size < tensors.length) fail("a name stands there twice");
  for (const name of Object.keys(required)) if (!given.has(name)) fail(`${name} is missing`);
  for (const [name, { type, shape }] of given) {
    const form = Object.hasOwn(required, name)
      ? required[name]
      : Object.hasOwn(optional, name)
        ? optional[name]
        : fail(`${name} is unknown`);
    const right = type === form?.type && shape.map(asNumber).join() === form.shape.join();
    if (!right) fail(`${name} is ${type} [${shape.join(", ")}]`);
  }
}
