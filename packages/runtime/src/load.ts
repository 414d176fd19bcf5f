import { UserError } from "./errors.ts";
import { readBundle } from "./folder.ts";
import { Model, type ModelOptions } from "./model.ts";
import { PROVIDERS } from "./providers.ts";

/**
 * Loads a model from a bundle or from the folder of a training run.
 *
 *     const model = await load("tmp/run");
 *     console.log((await model.generate("3rd of March, 2021")).text);
 *     await model.dispose();
 *
 * @throws UserError naming the file, when something is missing, damaged or not what the manifest says; or when the device is
 * not there, with what to install.
 */
export async function load(path: string, options: ModelOptions = {}): Promise<Model> {
  const { device } = options;
  if (device !== undefined && !PROVIDERS.includes(device)) {
    throw new UserError(`unknown device ${JSON.stringify(device)}: choose one of ${PROVIDERS.join(", ")}`);
  }
  return Model.open(await readBundle(path), options);
}
