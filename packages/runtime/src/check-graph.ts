import { UserError } from "./errors.ts";
import type { GraphInfo, TensorInfo } from "./manifest.ts";
import type { Session } from "./ort.ts";

/**
 * The manifest was checked against itself (check-manifest.ts); here a loaded graph is checked against the manifest.
 * @throws UserError that names the first input or output of the graph `where` which is not what the manifest promises
 */
export function requireAgreement(
  where: string,
  { inputs, outputs }: GraphInfo,
  session: Pick<Session, "inputMetadata" | "outputMetadata">,
): void {
  requireTensors(where, inputs, session.inputMetadata);
  requireTensors(where, outputs, session.outputMetadata);
}

function requireTensors(where: string, expected: readonly TensorInfo[], given: Session["inputMetadata"]): void {
  const found = new Map(given.map((value) => [value.name, value]));
  for (const { name, type, shape } of expected) {
    const value = found.get(name);
    const agrees =
      value?.isTensor === true &&
      value.type === type &&
      value.shape.length === shape.length &&
      shape.every((dimension, i) => typeof dimension === "string" || value.shape[i] === dimension);
    if (!agrees)
      throw new UserError(`${where}: ${name} is not ${type} [${shape.join(", ")}], as the manifest says; export the bundle again`);
  }
  if (found.size !== expected.length)
    throw new UserError(`${where}: has other inputs or outputs than the manifest says; export the bundle again`);
}
