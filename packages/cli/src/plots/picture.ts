import { dirname } from "node:path";
import { UserError } from "@s2s/runtime";
import { makeFolder, writeFileAtomically } from "@s2s/trainer";
import type { Plot } from "./read-plot.ts";

/** Writes a picture in the format that its file's name ends in. @throws UserError where that is none, or what is drawn has it not */
export async function writePicture(plot: Plot, file: string, option: string): Promise<void> {
  const picture = draw(plot, file, option);
  await makeFolder(dirname(file));
  await writeFileAtomically(file, [picture]);
}

/** @throws UserError for a file whose name says no format */
export function requirePicture(file: string, option: string): void {
  if (!/\.(?:svg|png)$/.test(file)) throw new UserError(`${option} ${file}: the name must end in .svg or .png`);
}

function draw(plot: Plot, file: string, option: string): Uint8Array {
  requirePicture(file, option);
  if (file.endsWith(".svg")) return Buffer.from(plot.svg());
  if (plot.png === undefined)
    throw new UserError(`${option} ${file}: ${plot.kind} are drawn as SVG alone: choose a name that ends in .svg`);
  return plot.png();
}
