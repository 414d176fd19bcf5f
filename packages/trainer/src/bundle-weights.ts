import { join } from "node:path";
import { UserError } from "@s2s/runtime";
import type { Manifest } from "@s2s/runtime/manifest";
import type { State, StateTensor } from "./executor.ts";
import { SafetensorsFile } from "./safetensors.ts";

/** The trained numbers of a bundle, by parameter. @throws UserError where it holds them in no float32, or the file is damaged */
export async function readBundleWeights(folder: string, { variants }: Manifest): Promise<State> {
  const weights = variants.find(({ precision }) => precision === "float32")?.weights;
  if (weights === undefined) throw new UserError(`${folder}: has no float32 weights; take the run that it was exported from`);
  const file = await SafetensorsFile.open(join(folder, weights));
  try {
    const state = new Map<string, StateTensor>();
    for (const name of file.header.tensors.keys()) {
      const { shape, data } = await file.read(name);
      state.set(name, { shape, data: data as Float32Array });
    }
    return state;
  } finally {
    await file.close();
  }
}
