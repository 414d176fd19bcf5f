import { stat } from "node:fs/promises";
import { resolveBundle, UserError } from "@s2s/runtime";

/** The folder of a bundle, or of a run's bundle. @throws UserError where there is none, also for a model in one file: it lacks the graphs of single steps */
export async function bundleFolder(path: string): Promise<string> {
  if (path.endsWith(".onnx") && (await isFile(path)))
    throw new UserError(
      `${path}: is a model in one file, which can only generate; give the run that it was exported from, or a bundle's folder`,
    );
  return resolveBundle(path);
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}
